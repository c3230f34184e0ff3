package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountInfo;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The host's own mounts of proc and sysfs. They must be removed where the host's tree stays in the mount namespace,
 * covered by the rootfs: as long as such a mount exists in a mount namespace, even if no path leads to it, the kernel
 * lets a process in a new user namespace mount a fresh proc without any mask; man 7 user_namespaces and
 * mount_namespaces.
 */
final class HostKernelViews {

    private final Linux linux;
    private final Set<Integer> covered = new HashSet<>();

    HostKernelViews(Linux linux) {
        this.linux = linux;
    }

    /** A mount of proc or sysfs, and a path to it or to a mount that covers it. */
    record View(int mount, String path) {}

    /**
     * Detaches all such mounts except those below the mount of the working directory. It covers a mount that the kernel
     * does not detach because it came from a more privileged mount namespace. The root must still be the host's.
     */
    void remove() {
        // The open descriptor can still be used after the mount has been detached.
        try (OpenFile proc = new OpenFile(linux, linux.open("/proc", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                OpenFile kept = new OpenFile(linux, linux.open(".", FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            int root = mountOf(read(proc, "self/fdinfo/" + kept.descriptor()));
            for (List<View> left = left(proc, root); !left.isEmpty(); left = left(proc, root)) {
                if (!removeSome(left)) {
                    throw new StepFailure("the host's " + left.get(0).path() + " lies under another mount and cannot be"
                            + " detached: the container could use it");
                }
            }
        }
    }

    private List<View> left(OpenFile proc, int root) {
        List<View> left = outside(read(proc, "self/mountinfo"), root);
        left.removeIf(view -> covered.contains(view.mount()));
        return left;
    }

    /**
     * Removes {@code views} in reverse order, because later ones may cover earlier ones; returns whether any was
     * removed.
     */
    private boolean removeSome(List<View> views) {
        boolean some = false;
        for (int i = views.size() - 1; i >= 0; i--) {
            try {
                some |= remove(views.get(i));
            } catch (LinuxException e) {
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                    throw e;
                }
                // It was removed with its parent mount, or no path leads to it until another mount is removed.
            }
        }
        return some;
    }

    private boolean remove(View view) {
        try {
            linux.detach(view.path());
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.EPERM) {
                throw e;
            }
            linux.mount("tmpfs", view.path(), "tmpfs", 0, "size=0k");
            covered.add(view.mount());
        }
        return true;
    }

    private String read(OpenFile proc, String file) {
        try (OpenFile open = new OpenFile(linux, linux.openInRoot(proc.descriptor(), file, FileFlag.O_RDONLY))) {
            return linux.readText(open.descriptor(), Integer.MAX_VALUE);
        }
    }

    /** The id of the mount of an open file, from its fdinfo; man 5 proc_pid_fdinfo. */
    static int mountOf(String fdinfo) {
        for (String line : fdinfo.split("\n")) {
            if (line.startsWith("mnt_id:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return -1;
    }

    /**
     * The mounts of proc and sysfs in {@code mountinfo} that are neither {@code root} nor below it; man 5
     * proc_pid_mountinfo.
     */
    static List<View> outside(String mountinfo, int root) {
        List<View> views = new ArrayList<>();
        Set<Integer> inside = new HashSet<>(Set.of(root));
        String[] lines = mountinfo.split("\n");
        // A mount may be listed before its parent.
        for (int known = 0; known != inside.size(); ) {
            known = inside.size();
            views.clear();
            for (String line : lines) {
                String[] fields = line.split(" ");
                int separator = line.indexOf(" - ");
                if (separator < 0 || inside.contains(Integer.valueOf(fields[0]))) {
                    continue;
                }
                if (inside.contains(Integer.valueOf(fields[1]))) {
                    inside.add(Integer.valueOf(fields[0]));
                } else if (line.startsWith("proc ", separator + 3) || line.startsWith("sysfs ", separator + 3)) {
                    views.add(new View(Integer.parseInt(fields[0]), MountInfo.unescape(fields[4])));
                }
            }
        }
        return views;
    }
}
