package dev.rustyrun.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * One rule of the list of devices that a container may use; runtime-spec config-linux.md, "Allowed Device list".
 *
 * @param allow whether the rule allows or denies access
 * @param type the kind of device
 * @param major major number, or {@link #ANY}
 * @param minor minor number, or {@link #ANY}
 * @param access the kinds of access, a combination of the letters {@code r}, {@code w} and {@code m} (mknod)
 */
public record DeviceRule(boolean allow, Type type, long major, long minor, String access) {

    /** Matches every major or minor number. */
    public static final long ANY = -1;

    /** Denies every access to every device; the first rule of a list. */
    public static final DeviceRule DENY_ALL = new DeviceRule(false, Type.ALL, ANY, ANY, "rwm");

    /**
     * The devices that every container may use, whatever its list says; config-linux.md, "Default Devices". The console
     * (5:1) is not one of them: a container's {@code /dev/console} is its own terminal, but the device is the host's
     * console.
     */
    public static final List<DeviceRule> DEFAULTS = List.of(
            new DeviceRule(true, Type.CHARACTER, ANY, ANY, "m"),
            new DeviceRule(true, Type.BLOCK, ANY, ANY, "m"),
            character(1, 3),
            character(1, 5),
            character(1, 7),
            character(1, 8),
            character(1, 9),
            character(5, 0),
            character(5, 2),
            character(136, ANY));

    /** The kind of a device; the specification's letters are {@code a}, {@code b} and {@code c}. */
    public enum Type {
        ALL('a'),
        BLOCK('b'),
        CHARACTER('c');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        /** The kernel's letter. */
        public char letter() {
            return letter;
        }

        /**
         * The type with this letter; {@code u} means {@code c}, as in mknod(1), and an empty letter means all.
         *
         * @throws InvalidSpecException when the letter is unknown
         */
        public static Type of(String letter) {
            return switch (letter) {
                case "", "a" -> ALL;
                case "b" -> BLOCK;
                case "c", "u" -> CHARACTER;
                default ->
                    throw new InvalidSpecException(
                            "devices: type \"" + letter + "\" is not one of a (all), b (block) and c (character)");
            };
        }
    }

    /**
     * The effective list of a container that asks for {@code rules}: the defaults come last, so they always apply.
     */
    public static List<DeviceRule> withDefaults(List<DeviceRule> rules) {
        List<DeviceRule> all = new ArrayList<>(1 + rules.size() + DEFAULTS.size());
        all.add(DENY_ALL);
        all.addAll(rules);
        all.addAll(DEFAULTS);
        return List.copyOf(all);
    }

    private static DeviceRule character(long major, long minor) {
        return new DeviceRule(true, Type.CHARACTER, major, minor, "rwm");
    }
}
