package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mounted control group hierarchies of this machine or container; man 7 cgroups. Immutable. */
public final class CgroupLayout {

    private static final String MOUNTINFO = "/proc/self/mountinfo";
    private static final String SELF = "/proc/self/cgroup";

    /** The versions in use. */
    public enum Kind {
        /** No control groups at all. */
        NONE,
        /** Each controller at its own mount, or some together. */
        V1,
        /** One tree for all controllers. */
        V2,
        /** Some controllers in v1, and a v2 tree for the remaining ones, often none. */
        HYBRID
    }

    private final Map<String, CgroupMount> v1;
    private final Optional<CgroupMount> v2;
    private final List<String> v2Controllers;
    private final Map<String, String> own;

    private CgroupLayout(
            Map<String, CgroupMount> v1,
            Optional<CgroupMount> v2,
            List<String> v2Controllers,
            Map<String, String> own) {
        this.v1 = v1;
        this.v2 = v2;
        this.v2Controllers = v2Controllers;
        this.own = own;
    }

    /**
     * Detects the layout that this process sees.
     *
     * @throws CgroupException when it cannot be determined
     */
    public static CgroupLayout detect(Linux linux) {
        ControlFiles files = new ControlFiles(linux);
        try {
            List<CgroupMount> mounts = CgroupMounts.parse(files.read(MOUNTINFO));
            String controllers = "";
            for (CgroupMount mount : mounts) {
                if (mount.unified()) {
                    controllers = files.readIfThere(mount.mountPoint() + "/cgroup.controllers");
                }
            }
            return of(mounts, files.readIfThere(SELF), controllers);
        } catch (LinuxException e) {
            throw CgroupException.of("cannot find out how cgroups are mounted", e, "");
        }
    }

    /** Parses the layout from the mounts, {@code /proc/self/cgroup}, and v2's {@code cgroup.controllers}. */
    static CgroupLayout of(List<CgroupMount> mounts, String selfCgroup, String v2Controllers) {
        Map<String, CgroupMount> v1 = new LinkedHashMap<>();
        Optional<CgroupMount> v2 = Optional.empty();
        for (CgroupMount mount : mounts) {
            if (mount.unified()) {
                v2 = v2.isPresent() && !better(v2.get(), mount) ? v2 : Optional.of(mount);
            }
            for (String controller : mount.controllers()) {
                CgroupMount known = v1.get(controller);
                if (known == null || better(known, mount)) {
                    v1.put(controller, mount);
                }
            }
        }
        return new CgroupLayout(v1, v2, words(v2Controllers), ownGroups(selfCgroup));
    }

    /**
     * Whether {@code mount} is preferred to {@code known}: a hierarchy may be mounted more than once, and the first
     * writable mount is used.
     */
    private static boolean better(CgroupMount known, CgroupMount mount) {
        return known.readOnly() && !mount.readOnly();
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || text.charAt(i) <= ' ';
            if (!space && start < 0) {
                start = i;
            } else if (space && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            }
        }
        return words;
    }

    /** Parses lines {@code id:controllers:path}; v2 has no controllers there. A path may contain colons. */
    private static Map<String, String> ownGroups(String selfCgroup) {
        Map<String, String> own = new HashMap<>();
        int at = 0;
        while (at < selfCgroup.length()) {
            int end = selfCgroup.indexOf('\n', at);
            end = end < 0 ? selfCgroup.length() : end;
            int first = selfCgroup.indexOf(':', at);
            int second = selfCgroup.indexOf(':', first + 1);
            if (first > 0 && second > first && second < end) {
                String path = selfCgroup.substring(second + 1, end);
                for (String controller : selfCgroup.substring(first + 1, second).split(",")) {
                    own.put(controller, path);
                }
            }
            at = end + 1;
        }
        return own;
    }

    /** The versions in use. */
    public Kind kind() {
        if (v1.isEmpty()) {
            return v2.isPresent() ? Kind.V2 : Kind.NONE;
        }
        return v2.isPresent() ? Kind.HYBRID : Kind.V1;
    }

    /** The mount of a v1 controller, if any. */
    Optional<CgroupMount> v1(String controller) {
        return Optional.ofNullable(v1.get(controller));
    }

    /** The mounts of v1 controllers, without duplicates. */
    List<CgroupMount> v1Mounts() {
        List<CgroupMount> mounts = new ArrayList<>();
        for (CgroupMount mount : v1.values()) {
            if (!mounts.contains(mount)) {
                mounts.add(mount);
            }
        }
        return mounts;
    }

    /** The mount of v2, if any. */
    Optional<CgroupMount> v2() {
        return v2;
    }

    /** The controllers of v2's topmost visible group. */
    List<String> v2Controllers() {
        return v2Controllers;
    }

    /**
     * The directory of this process's own group for a v1 controller, or for v2 with an empty name, if it is visible.
     */
    Optional<String> ownDirectory(String controller) {
        return directoryIn(own, controller);
    }

    /** The v2 directory of a process whose {@code /proc/PID/cgroup} has this text. */
    Optional<String> v2DirectoryIn(String groups) {
        return directoryIn(ownGroups(groups), "");
    }

    private Optional<String> directoryIn(Map<String, String> groups, String controller) {
        Optional<CgroupMount> mount = controller.isEmpty() ? v2 : v1(controller);
        String path = groups.getOrDefault(controller, "");
        if (mount.isEmpty() || path.isEmpty() || path.startsWith("/..")) {
            return Optional.empty();
        }
        String root = mount.get().root();
        String below = path;
        if (!root.equals("/") && !root.startsWith("/..")) {
            if (!path.equals(root) && !path.startsWith(root + "/")) {
                return Optional.empty();
            }
            below = path.substring(root.length());
        }
        return Optional.of(mount.get().mountPoint() + (below.equals("/") ? "" : below));
    }

    /** For example {@code HYBRID: v1 cpu memory pids, v2 (no controllers)}. */
    @Override
    public String toString() {
        String one = v1.isEmpty()
                ? ""
                : ", v1 " + String.join(" ", v1.keySet().stream().sorted().toList());
        String two = v2.isEmpty()
                ? ""
                : ", v2 " + (v2Controllers.isEmpty() ? "(no controllers)" : String.join(" ", v2Controllers));
        return kind() + one + two;
    }
}
