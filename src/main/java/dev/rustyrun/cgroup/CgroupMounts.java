package dev.rustyrun.cgroup;

import dev.rustyrun.linux.MountInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Parses the mounted hierarchies in {@code /proc/self/mountinfo}; man 5 proc. This is handwritten for speed, because
 * every launch needs it. Malformed lines are skipped.
 */
final class CgroupMounts {

    /** All controllers that v1 ever had; other words of the mount options are flags. */
    private static final Set<String> CONTROLLERS = Set.of(
            "cpu",
            "cpuacct",
            "cpuset",
            "memory",
            "devices",
            "freezer",
            "net_cls",
            "net_prio",
            "blkio",
            "perf_event",
            "hugetlb",
            "pids",
            "rdma",
            "misc",
            "debug");

    private CgroupMounts() {}

    /** The visible mounts, in order. */
    static List<CgroupMount> parse(String mountinfo) {
        List<CgroupMount> found = new ArrayList<>();
        int at = 0;
        while (at < mountinfo.length()) {
            int end = mountinfo.indexOf('\n', at);
            end = end < 0 ? mountinfo.length() : end;
            int separator = mountinfo.indexOf(" - ", at);
            if (separator > 0 && separator < end) {
                line(mountinfo, at, separator, end, found);
            }
            at = end + 1;
        }
        return found;
    }

    /** Fields: id, parent, device, root, mount point, options, tags - type, source, options of the file system. */
    private static void line(String text, int start, int separator, int end, List<CgroupMount> found) {
        int type = separator + 3;
        boolean unified = text.startsWith("cgroup2 ", type);
        if (!unified && !text.startsWith("cgroup ", type)) {
            if (!found.isEmpty()) {
                hide(found, field(text, start, separator, 1), MountInfo.unescape(field(text, start, separator, 4)));
            }
            return;
        }
        String point = MountInfo.unescape(field(text, start, separator, 4));
        String parent = field(text, start, separator, 1);
        hide(found, parent, point);
        String superOptions = field(text, type, end, 2);
        boolean readOnly = hasWord(field(text, start, separator, 5), "ro") || hasWord(superOptions, "ro");
        found.add(new CgroupMount(
                number(field(text, start, separator, 0)),
                number(parent),
                point,
                MountInfo.unescape(field(text, start, separator, 3)),
                readOnly,
                unified,
                unified ? List.of() : controllers(superOptions)));
    }

    /**
     * Removes mounts that a new mount at {@code point} covers: the one that it is stacked on, and siblings below it.
     */
    private static void hide(List<CgroupMount> found, String parent, String point) {
        int on = number(parent);
        for (int i = found.size() - 1; i >= 0; i--) {
            CgroupMount mount = found.get(i);
            boolean stacked = on == mount.id() && mount.mountPoint().equals(point);
            boolean below = on == mount.parent() && (mount.mountPoint() + "/").startsWith(point + "/");
            if (stacked || below) {
                found.remove(i);
            }
        }
    }

    private static List<String> controllers(String superOptions) {
        List<String> controllers = new ArrayList<>();
        int at = 0;
        while (at <= superOptions.length()) {
            int comma = superOptions.indexOf(',', at);
            comma = comma < 0 ? superOptions.length() : comma;
            String word = superOptions.substring(at, comma);
            if (CONTROLLERS.contains(word)) {
                controllers.add(word);
            }
            at = comma + 1;
        }
        return controllers;
    }

    private static boolean hasWord(String options, String word) {
        return options.equals(word)
                || options.startsWith(word + ",")
                || options.endsWith("," + word)
                || options.contains("," + word + ",");
    }

    /** The space-separated field {@code index} of {@code text[from..to)}, or an empty string. */
    private static String field(String text, int from, int to, int index) {
        int start = from;
        for (int i = 0; i < index; i++) {
            int space = text.indexOf(' ', start);
            if (space < 0 || space >= to) {
                return "";
            }
            start = space + 1;
        }
        int end = text.indexOf(' ', start);
        return text.substring(start, end < 0 || end > to ? to : end);
    }

    private static int number(String text) {
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return text.isEmpty() ? -1 : value;
    }
}
