package dev.rustyrun.container;

import dev.rustyrun.linux.CapabilitySets;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.step.StandardFiles;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the ids of a container are on the host, and the other way round; man 7 user_namespaces.
 *
 * @param users the mappings of user ids
 * @param groups the mappings of group ids
 */
public record ContainerIds(List<IdMapping> users, List<IdMapping> groups) {

    private static final List<IdMapping> SAME = List.of(new IdMapping(0, 0, 0xFFFF_FFFFL));
    /** The kernel's value for an id that is not mapped; man 7 user_namespaces, "Unmapped user and group IDs". */
    private static final int NOBODY = 65_534;

    /** Of a container in the host's user namespace. */
    public static final ContainerIds HOSTS = new ContainerIds(SAME, SAME);

    public ContainerIds {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /** Those of the process {@code pid}. */
    static ContainerIds of(Linux linux, int pid) {
        return new ContainerIds(
                IdMapping.ofProcFile(linux.readFile("/proc/" + pid + "/uid_map")),
                IdMapping.ofProcFile(linux.readFile("/proc/" + pid + "/gid_map")));
    }

    /** Which user inside the host's {@code uid} is. */
    public long userInside(int uid) {
        return IdMapping.inside(users, Integer.toUnsignedLong(uid)).orElse(NOBODY);
    }

    /** Which group inside the host's {@code gid} is. */
    public long groupInside(int gid) {
        return IdMapping.inside(groups, Integer.toUnsignedLong(gid)).orElse(NOBODY);
    }

    /** Which of the host's users the container's {@code uid} is, if it has that. */
    public OptionalLong userOutside(long uid) {
        return IdMapping.outside(users, uid);
    }

    /** Which of the host's groups the container's {@code gid} is, if it has that. */
    public OptionalLong groupOutside(long gid) {
        return IdMapping.outside(groups, gid);
    }

    /** Gives the files behind {@code pipes} to the container's root. */
    void giveToRoot(Linux linux, CommandPipes pipes) {
        if (!isRootHosts() && linux.isRoot()) {
            for (int fd : new int[] {pipes.stdin(), pipes.stdout(), pipes.stderr()}) {
                linux.changeOwner(fd, (int) userOutside(0).orElse(-1), (int)
                        groupOutside(0).orElse(-1));
            }
        }
    }

    /** Gives this process's standard files to the container's root, from whom its other users can get them. */
    void giveStandardFiles(Linux linux) {
        if (!isRootHosts() && linux.isRoot()) {
            StandardFiles.give(linux, (int) userOutside(0).orElse(-1), (int)
                    groupOutside(0).orElse(-1));
        }
    }

    private boolean isRootHosts() {
        return userOutside(0).orElse(-1) == 0 && groupOutside(0).orElse(-1) == 0;
    }

    /**
     * Lets this thread make files as the container's root until that is closed: in what the container has mounted, nobody else
     * can. It keeps its rights, which a change of the user alone would take.
     */
    public Acting actAsRoot(Linux linux) {
        if (isRootHosts()
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

    /** Ends with {@link #close}. */
    public interface Acting extends AutoCloseable {
        @Override
        void close();
    }
}
