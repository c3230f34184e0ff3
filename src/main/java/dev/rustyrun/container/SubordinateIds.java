package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.IdMapping;
import java.util.ArrayList;
import java.util.List;

/**
 * The ids that an ordinary user may map into a user namespace: the user's own id, as root inside, and the ids granted
 * in {@code /etc/subuid} and {@code /etc/subgid}, from 1 on inside; man 5 subuid.
 */
final class SubordinateIds {

    private final Linux linux;

    SubordinateIds(Linux linux) {
        this.linux = linux;
    }

    /** The mapping of user ids for user {@code uid}. */
    List<IdMapping> users(int uid) {
        return mapping(uid, granted("/etc/subuid", uid));
    }

    /** The mapping of group ids for user {@code uid}, whose group is {@code gid}. */
    List<IdMapping> groups(int uid, int gid) {
        return mapping(gid, granted("/etc/subgid", uid));
    }

    /**
     * The mapping of a user namespace that root requests without naming ids: the ids that {@code file} grants to root.
     */
    List<IdMapping> ofRoot(String file) {
        List<IdMapping> mappings = new ArrayList<>();
        long next = 0;
        for (long[] range : granted(file, 0)) {
            mappings.add(new IdMapping(next, range[0], range[1]));
            next += range[1];
        }
        return mappings;
    }

    private static List<IdMapping> mapping(int own, List<long[]> granted) {
        List<IdMapping> mappings = new ArrayList<>(List.of(new IdMapping(0, own, 1)));
        long next = 1;
        for (long[] range : granted) {
            mappings.add(new IdMapping(next, range[0], range[1]));
            next += range[1];
        }
        return mappings;
    }

    /** The first id and the count of each range that {@code file} grants to the user {@code uid}, by name or number. */
    private List<long[]> granted(String file, int uid) {
        String number = Integer.toString(uid);
        String name = nameOf(number);
        List<long[]> ranges = new ArrayList<>();
        for (String line : read(file).split("\n")) {
            String[] fields = line.split(":");
            boolean granted = fields[0].equals(number) || !name.isEmpty() && fields[0].equals(name);
            if (fields.length == 3
                    && granted
                    && fields[1].matches("[0-9]{1,10}")
                    && fields[2].matches("[1-9][0-9]{0,9}")) {
                ranges.add(new long[] {Long.parseLong(fields[1]), Long.parseLong(fields[2])});
            }
        }
        return ranges;
    }

    private String nameOf(String number) {
        for (String line : read("/etc/passwd").split("\n")) {
            String[] fields = line.split(":");
            if (fields.length > 2 && fields[2].equals(number)) {
                return fields[0];
            }
        }
        return "";
    }

    private String read(String file) {
        try {
            return linux.readFile(file);
        } catch (LinuxException e) {
            return "";
        }
    }
}
