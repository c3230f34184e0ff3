package dev.rustyrun.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of the list of devices that a container may use; runtime-spec config-linux.md, "Allowed Device list".
 *
 * @param allow or deny
 * @param type which kind of device
 * @param major number, or {@link #ANY}
 * @param minor number, or {@link #ANY}
 * @param access what is allowed or denied, of the letters {@code r}, {@code w} and {@code m} (mknod)
 */
public record DeviceRule(boolean allow, Type type, long major, long minor, String access) {

    /** Stands for every major or minor number. */
    public static final long ANY = -1;

    /** Every device, every access: denied. What a list starts from. */
    public static final DeviceRule DENY_ALL = new DeviceRule(false, Type.ALL, ANY, ANY, "rwm");

    /**
     * What every container may use, whatever else its list says; config-linux.md, "Default Devices". The console (5:1) is not
     * among them: a container's {@code /dev/console} is its own terminal, the device is the host's console.
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

    /** Which kind of device; the specification's letters are {@code a}, {@code b} and {@code c}. */
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
         * The type with this letter; {@code u} is another name of {@code c}, as in mknod(1), and none means all.
         *
         * @throws InvalidSpecException when there is none
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
     * The list that is in force for a container that asks for {@code rules}: the defaults come last and so always hold.
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
