package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.spec.InvalidSpecException;

/**
 * The unit of a container, and the slice that contains it; man 5 systemd.unit, man 5 systemd.slice.
 *
 * @param slice name of the slice, such as {@code machine.slice}
 * @param name name of the unit, such as {@code libpod-1.scope}
 */
public record UnitName(String slice, String name) {

    private static final String SLICE = ".slice";
    private static final String SCOPE = ".scope";
    private static final String PREFIX = "rustyrun";
    private static final int MAX_LENGTH = 255;
    private static final String PUNCTUATION = ":-_.\\@";

    /**
     * The unit that {@code cgroupsPath} names.
     *
     * @param cgroupsPath {@code slice:prefix:name}, or empty for the default
     * @param ofUser whether the user's own systemd creates it
     * @throws InvalidSpecException when it does not name a valid unit
     */
    public static UnitName of(String cgroupsPath, String id, boolean ofUser) {
        String[] parts = cgroupsPath.isEmpty() ? new String[] {"", PREFIX, id} : cgroupsPath.split(":", -1);
        if (parts.length != 3) {
            throw wrong(cgroupsPath, "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups");
        }
        String slice = parts[0].isEmpty() ? (ofUser ? "user" : "system") + SLICE : parts[0];
        String name = parts[2].endsWith(SLICE) ? parts[2] : parts[1] + "-" + parts[2] + SCOPE;
        UnitName unit = new UnitName(slice, name);
        check(cgroupsPath, slice);
        check(cgroupsPath, name);
        expanded(cgroupsPath, slice);
        if (unit.isSlice()) {
            expanded(cgroupsPath, name);
        }
        return unit;
    }

    /** Whether the unit is itself a slice instead of a scope in one. */
    public boolean isSlice() {
        return name.endsWith(SLICE);
    }

    /** The path of its group, below that of its manager. */
    public String path() {
        // A slice's path follows from its name.
        return isSlice() ? expanded(name, name) : expanded(slice, slice) + "/" + name;
    }

    private static void check(String cgroupsPath, String name) {
        if (name.length() > MAX_LENGTH) {
            throw wrong(cgroupsPath, "a unit's name has at most " + MAX_LENGTH + " characters");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && PUNCTUATION.indexOf(c) < 0) {
                throw wrong(cgroupsPath, "\"" + name + "\" is not a unit name: use letters, digits and " + PUNCTUATION);
            }
        }
    }

    /** Expands {@code a-b.slice} to a path in {@code a.slice}; {@code -.slice} is the root. */
    private static String expanded(String cgroupsPath, String slice) {
        if (slice.equals("-" + SLICE)) {
            return "";
        }
        String base = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - SLICE.length()) : "";
        StringBuilder path = new StringBuilder();
        StringBuilder prefix = new StringBuilder();
        for (String part : base.split("-", -1)) {
            if (part.isEmpty()) {
                throw wrong(cgroupsPath, "\"" + slice + "\" is not a slice such as a.slice, or a-b.slice in a.slice");
            }
            path.append('/').append(prefix).append(part).append(SLICE);
            prefix.append(part).append('-');
        }
        return path.toString();
    }

    private static InvalidSpecException wrong(String path, String why) {
        return new InvalidSpecException("invalid cgroup path \"" + path + "\": " + why);
    }
}
