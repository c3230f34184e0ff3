package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * The controllers of a group of cgroup v2. A group has those that the group above it gives, which must have them itself, and
 * a group that gives any may have no processes of its own; Documentation/admin-guide/cgroup-v2.rst, "Controlling
 * Controllers".
 */
final class Controllers {

    private static final String GIVEN = "/cgroup.subtree_control";

    private final ControlFiles files;
    private final String mountPoint;
    private final String path;

    Controllers(ControlFiles files, String mountPoint, String path) {
        this.files = files;
        this.mountPoint = mountPoint;
        this.path = path;
    }

    /**
     * Sees to it that the group has {@code wanted}, each of them.
     *
     * @throws CgroupException when it cannot have them
     */
    void enable(List<String> wanted) {
        String above = mountPoint + path.substring(0, path.lastIndexOf('/'));
        if (missing(above, wanted).isEmpty()) {
            return;
        }
        int slash = 0;
        while (slash >= 0 && slash <= path.lastIndexOf('/')) {
            String group = mountPoint + path.substring(0, slash);
            List<String> missing = missing(group, wanted);
            if (!missing.isEmpty()) {
                give(group, missing);
            }
            slash = path.indexOf('/', slash + 1);
        }
    }

    private List<String> missing(String group, List<String> wanted) {
        List<String> given = CgroupLayout.words(files.readIfThere(group + GIVEN));
        List<String> missing = new ArrayList<>(wanted);
        missing.removeAll(given);
        return missing;
    }

    private void give(String group, List<String> controllers) {
        List<String> had = CgroupLayout.words(files.readIfThere(group + "/cgroup.controllers"));
        StringBuilder value = new StringBuilder();
        for (String controller : controllers) {
            if (!had.contains(controller)) {
                throw new CgroupException(absent(group, controller));
            }
            value.append(value.isEmpty() ? "+" : " +").append(controller);
        }
        try {
            files.write(group + GIVEN, value.toString());
        } catch (LinuxException e) {
            throw CgroupException.of("cannot write \"" + value + "\" into " + group + GIVEN, e, hint(group, e.errno()));
        }
    }

    private String absent(String group, String controller) {
        String general = "so limits of \"" + controller + "\" cannot be kept";
        return group.equals(mountPoint)
                ? "cgroup v2 here has no controller \"" + controller + "\", " + general
                        + ": the kernel lacks it, v1 uses it, or the container or user above was not given it"
                : "the cgroup " + group + " has no controller \"" + controller + "\", " + general;
    }

    private String hint(String group, int errno) {
        return switch (errno) {
            case Errno.EBUSY -> "processes are in " + group + " itself (such as "
                    + CgroupLayout.words(files.readIfThere(group + "/cgroup.procs")).stream().limit(3).toList()
                    + "), and a group with processes can give no controllers to groups below: move them, mkdir " + group
                    + "/host && for p in $(cat " + group + "/cgroup.procs); do echo $p > " + group
                    + "/host/cgroup.procs; done";
            case Errno.EOPNOTSUPP -> "the group is threaded, and this controller knows no threads";
            default -> "";
        };
    }
}
