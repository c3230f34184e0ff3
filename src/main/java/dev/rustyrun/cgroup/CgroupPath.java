package dev.rustyrun.cgroup;

import dev.rustyrun.spec.InvalidSpecException;

/**
 * The path of a container's group below the mount point of each hierarchy; runtime-spec config-linux.md, "Cgroups
 * Path".
 *
 * @param value starts with a slash and has no empty, {@code .} or {@code ..} names
 * @param ofSystemd whether it belongs to a unit, which systemd creates
 */
public record CgroupPath(String value, boolean ofSystemd) {

    /** The parent group of containers that do not choose a path of their own. */
    public static final String PARENT = "/rustyrun";

    private static final int MAX_NAME_LENGTH = 255;
    private static final String SYSTEMD = "systemd:";

    /** The path of a group that is created without systemd. */
    public CgroupPath(String value) {
        this(value, false);
    }

    /**
     * Parses the result of {@link #written}.
     *
     * @throws InvalidSpecException when {@code written} is malformed
     */
    public static CgroupPath read(String written) {
        boolean ofSystemd = written.startsWith(SYSTEMD);
        String value = ofSystemd ? written.substring(SYSTEMD.length()) : written;
        if (!normal(value).equals(value)) {
            throw wrong(value, "its saved form is damaged");
        }
        return new CgroupPath(value, ofSystemd);
    }

    /** The path as one string, for {@link #read}. */
    public String written() {
        return ofSystemd ? SYSTEMD + value : value;
    }

    /** The last component of the path. */
    String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /**
     * The path for the container {@code id}.
     *
     * @param cgroupsPath path as in the specification: absolute, relative to {@link #PARENT}, or empty for {@code id}
     *     there
     * @throws InvalidSpecException when it is not a valid path
     */
    public static CgroupPath of(String cgroupsPath, String id) {
        if (cgroupsPath.isEmpty()) {
            if (id.indexOf('/') >= 0) {
                throw wrong(id, "an id has no slash");
            }
            return new CgroupPath(PARENT + normal(id));
        }
        if (cgroupsPath.indexOf('/') < 0
                && cgroupsPath.chars().filter(c -> c == ':').count() == 2) {
            throw wrong(
                    cgroupsPath,
                    "slice:prefix:name asks systemd to make the group: give --systemd-cgroup,"
                            + " or a path such as /mine/web");
        }
        return new CgroupPath(cgroupsPath.startsWith("/") ? normal(cgroupsPath) : PARENT + normal(cgroupsPath));
    }

    private static String normal(String path) {
        StringBuilder normal = new StringBuilder();
        for (String name : path.split("/")) {
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                throw wrong(path, "it must not contain ..");
            }
            if (name.length() > MAX_NAME_LENGTH) {
                throw wrong(path, "a name in it has more than " + MAX_NAME_LENGTH + " characters");
            }
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) < ' ') {
                    throw wrong(path, "it has a control character");
                }
            }
            normal.append('/').append(name);
        }
        if (normal.isEmpty()) {
            throw wrong(path, "the root group belongs to the host");
        }
        return normal.toString();
    }

    private static InvalidSpecException wrong(String path, String why) {
        return new InvalidSpecException("invalid cgroup path \"" + path + "\": " + why);
    }
}
