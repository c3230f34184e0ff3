package dev.rustyrun.cgroup;

import dev.rustyrun.spec.InvalidSpecException;

/**
 * Where a container's group lies below the mount of each hierarchy; runtime-spec config-linux.md, "Cgroups Path".
 *
 * @param value starts with a slash and has no empty, {@code .} or {@code ..} names
 * @param ofSystemd whether it is that of a unit, which systemd makes
 */
public record CgroupPath(String value, boolean ofSystemd) {

    /** The group in which those of containers are that ask for no place of their own. */
    public static final String PARENT = "/rustyrun";

    private static final int LONGEST_NAME = 255;
    private static final String SYSTEMD = "systemd:";

    /** One that is made without systemd. */
    public CgroupPath(String value) {
        this(value, false);
    }

    /**
     * The path that {@link #written} has put into words.
     *
     * @throws InvalidSpecException when it has not
     */
    public static CgroupPath read(String written) {
        boolean ofSystemd = written.startsWith(SYSTEMD);
        String value = ofSystemd ? written.substring(SYSTEMD.length()) : written;
        if (!normal(value).equals(value)) {
            throw wrong(value, "it is not as it was written down");
        }
        return new CgroupPath(value, ofSystemd);
    }

    /** In one word, for {@link #read}. */
    public String written() {
        return ofSystemd ? SYSTEMD + value : value;
    }

    /** Its last name. */
    String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /**
     * The place of the container {@code id}.
     *
     * @param cgroupsPath as in the specification: absolute, relative to {@link #PARENT}, or empty for {@code id} there
     * @throws InvalidSpecException when it is no such path
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
                throw wrong(path, "it may not climb with ..");
            }
            if (name.length() > LONGEST_NAME) {
                throw wrong(path, "a name in it has more than " + LONGEST_NAME + " characters");
            }
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) < ' ') {
                    throw wrong(path, "it has a control character");
                }
            }
            normal.append('/').append(name);
        }
        if (normal.isEmpty()) {
            throw wrong(path, "the topmost group itself belongs to the host");
        }
        return normal.toString();
    }

    private static InvalidSpecException wrong(String path, String why) {
        return new InvalidSpecException("cgroup path \"" + path + "\" cannot be: " + why);
    }
}
