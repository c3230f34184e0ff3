package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.regex.Pattern;

/** The syntax of a container id. The id is also the name of the container's folder and of its cgroup. */
public final class ContainerId {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,128}");
    private static final int RANDOM_BYTES = 6;

    private ContainerId() {}

    /** Whether {@code name} can be the id of a container. */
    public static boolean isId(String name) {
        return ID.matcher(name).matches() && !name.startsWith(".") && !name.startsWith("-");
    }

    /**
     * Returns {@code id} if it is a valid container id.
     *
     * @throws InvalidSpecException when it is invalid
     */
    public static String checked(String id) {
        if (!isId(id)) {
            throw new InvalidSpecException("container id \"" + id
                    + "\" must be 1 to 128 letters, digits or any of _+.-, and start with neither . nor -");
        }
        return id;
    }

    /** A new id of twelve random hexadecimal digits. */
    static String random(Linux linux) {
        byte[] random = new byte[RANDOM_BYTES];
        try (OpenFile file = new OpenFile(linux, linux.open("/dev/urandom", FileFlag.O_RDONLY))) {
            linux.read(file.descriptor(), random, random.length);
        }
        StringBuilder id = new StringBuilder();
        for (byte b : random) {
            id.append(Character.forDigit(b >> 4 & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
        }
        return id.toString();
    }
}
