package dev.rustyrun.container;

import dev.rustyrun.linux.CapabilitySets;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.step.StandardFiles;
import java.util.List;
import java.util.OptionalLong;

/**
 * Translates between the user and group ids of a container and those of the host; man 7 user_namespaces.
 *
 * @param users the mappings of user ids
 * @param groups the mappings of group ids
 */
public record ContainerIds(List<IdMapping> users, List<IdMapping> groups) {

    private static final List<IdMapping> SAME = List.of(new IdMapping(0, 0, 0xFFFF_FFFFL));
    /** The kernel's value for an id that is not mapped; man 7 user_namespaces, "Unmapped user and group IDs". */
    private static final int NOBODY = 65_534;

    /** The identity mapping of a container in the host's user namespace. */
    public static final ContainerIds HOSTS = new ContainerIds(SAME, SAME);

    public ContainerIds {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /** The mappings of the process {@code pid}. */
    static ContainerIds of(Linux linux, int pid) {
        return new ContainerIds(
                IdMapping.ofProcFile(linux.readFile("/proc/" + pid + "/uid_map")),
                IdMapping.ofProcFile(linux.readFile("/proc/" + pid + "/gid_map")));
    }

    /** The container's user id for the host's {@code uid}; 65534 (nobody) if it is not mapped. */
    public long userInside(int uid) {
        return IdMapping.inside(users, Integer.toUnsignedLong(uid)).orElse(NOBODY);
    }

    /** The container's group id for the host's {@code gid}; 65534 (nogroup) if it is not mapped. */
    public long groupInside(int gid) {
        return IdMapping.inside(groups, Integer.toUnsignedLong(gid)).orElse(NOBODY);
    }

    /** The host's user id for the container's {@code uid}, if it is mapped. */
    public OptionalLong userOutside(long uid) {
        return IdMapping.outside(users, uid);
    }

    /** The host's group id for the container's {@code gid}, if it is mapped. */
    public OptionalLong groupOutside(long gid) {
        return IdMapping.outside(groups, gid);
    }

    /** Gives the files behind {@code pipes} to the container's root. */
    void giveToRoot(Linux linux, CommandPipes pipes) {
        if (!rootIsHostRoot() && linux.isRoot()) {
            for (int fd : new int[] {pipes.stdin(), pipes.stdout(), pipes.stderr()}) {
                linux.changeOwner(fd, (int) userOutside(0).orElse(-1), (int)
                        groupOutside(0).orElse(-1));
            }
        }
    }

    /** Gives this process's standard files to the container's root, which can give them to its other users. */
    void giveStandardFiles(Linux linux) {
        if (!rootIsHostRoot() && linux.isRoot()) {
            StandardFiles.give(linux, (int) userOutside(0).orElse(-1), (int)
                    groupOutside(0).orElse(-1));
        }
    }

    private boolean rootIsHostRoot() {
        return userOutside(0).orElse(-1) == 0 && groupOutside(0).orElse(-1) == 0;
    }

    /**
     * Lets this thread make files as the container's root until the result is closed: in file systems that the
     * container has mounted, the host's ids are not mapped and cannot own files. The thread's capabilities are
     * restored, because a change of the file system user id drops some.
     */
    public Acting actAsRoot(Linux linux) {
        if (rootIsHostRoot()
                || !linux.isRoot()
                || userOutside(0).isEmpty()
                || groupOutside(0).isEmpty()) {
            return () -> {};
        }
        CapabilitySets own = linux.capabilities();
        linux.setFileOwner(
                (int) userOutside(0).getAsLong(), (int) groupOutside(0).getAsLong());
        linux.setCapabilities(own);
        return () -> {
            linux.setFileOwner(0, 0);
            linux.setCapabilities(own);
        };
    }

    /** The change of identity; ends with {@link #close}. */
    public interface Acting extends AutoCloseable {
        @Override
        void close();
    }
}
