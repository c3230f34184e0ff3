package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * The controllers of a cgroup v2 group. A group has those that its parent enables, and the parent must have them
 * itself. A group that enables controllers cannot contain processes; Documentation/admin-guide/cgroup-v2.rst,
 * "Controlling Controllers".
 */
final class Controllers {

    private static final String GIVEN = "/cgroup.subtree_control";

    private static final int MAX_NAMED = 3;

    private final ControlFiles files;
    private final String mountPoint;
    private final String path;

    Controllers(ControlFiles files, String mountPoint, String path) {
        this.files = files;
        this.mountPoint = mountPoint;
        this.path = path;
    }

    /**
     * Enables all controllers {@code wanted} for the group.
     *
     * @throws CgroupException when one of them cannot be enabled
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

    /** Enables the controllers of {@code wanted} that are available; others are skipped. */
    void enableAvailable(List<String> wanted) {
        List<String> left = new ArrayList<>(wanted);
        for (int slash = 0; slash >= 0 && slash <= path.lastIndexOf('/') && !left.isEmpty(); ) {
            String group = mountPoint + path.substring(0, slash);
            left.retainAll(CgroupLayout.words(files.readIfThere(group + "/cgroup.controllers")));
            List<String> missing = missing(group, left);
            if (!missing.isEmpty() && !gave(group, missing)) {
                missing.removeIf(controller -> gave(group, List.of(controller)));
                left.removeAll(missing);
            }
            slash = path.indexOf('/', slash + 1);
        }
    }

    private boolean gave(String group, List<String> controllers) {
        try {
            give(group, controllers);
            return true;
        } catch (CgroupException cannot) {
            return false;
        }
    }

    /** Whether the group enables controllers for groups below it, and therefore cannot contain processes. */
    boolean givesAny() {
        return !files.readIfThere(mountPoint + path + GIVEN).isBlank();
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
        requireEmpty(group, value.toString());
        try {
            files.write(group + GIVEN, value.toString());
        } catch (LinuxException e) {
            throw CgroupException.of("cannot write \"" + value + "\" into " + group + GIVEN, e, hint(e.errno()));
        }
    }

    private String absent(String group, String controller) {
        String general = "so limits of \"" + controller + "\" cannot be set";
        return group.equals(mountPoint)
                ? "cgroup v2 here has no controller \"" + controller + "\", " + general
                        + ": the kernel lacks it, v1 uses it, or the container or user above was not given it"
                : "the cgroup " + group + " has no controller \"" + controller + "\", " + general;
    }

    /**
     * The kernel would let a group with processes enable cpu and pids, but then make it a threaded domain, whose child
     * groups cannot contain processes. Only the root group of the machine, which has no type, may do both.
     */
    private void requireEmpty(String group, String value) {
        List<String> processes = CgroupLayout.words(files.readIfThere(group + "/cgroup.procs"));
        if (!processes.isEmpty() && files.exists(group + "/cgroup.type")) {
            String some =
                    processes.size() > MAX_NAMED ? processes.subList(0, MAX_NAMED) + " and more" : processes.toString();
            throw new CgroupException("cannot write \"" + value + "\" into " + group + GIVEN + ": processes " + some
                    + " are in " + group + " itself, and a group with processes can give no controllers to groups"
                    + " below it;"
                    + " move them: mkdir " + group + "/host; for p in $(cat " + group + "/cgroup.procs); do echo $p > "
                    + group + "/host/cgroup.procs; done");
        }
    }

    private static String hint(int errno) {
        return switch (errno) {
            case Errno.EBUSY -> "a process has just joined this group, which can then give no controllers; try again";
            case Errno.EOPNOTSUPP -> "the group is threaded, and this controller knows no threads";
            default -> "";
        };
    }
}
