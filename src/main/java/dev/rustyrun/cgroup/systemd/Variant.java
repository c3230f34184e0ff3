package dev.rustyrun.cgroup.systemd;

import java.util.List;

/**
 * A value with its type; D-Bus Specification, "Type System".
 *
 * @param type the signature of one complete type
 * @param value a {@link Boolean} for {@code b}; a {@link Long} for integers, {@code t} as its bits; a {@link Double} for
 *     {@code d}; a {@link String} for {@code s}, {@code o} and {@code g}; a {@link Variant} for {@code v}; a {@link List} for
 *     arrays, structs and dictionary entries
 */
public record Variant(String type, Object value) {

    public static Variant text(String value) {
        return new Variant("s", value);
    }

    public static Variant flag(boolean value) {
        return new Variant("b", value);
    }

    /** An unsigned 64-bit number. */
    public static Variant number(long value) {
        return new Variant("t", value);
    }

    public static Variant texts(List<String> values) {
        return new Variant("as", List.copyOf(values));
    }

    public static Variant bytes(List<Long> values) {
        return new Variant("ay", List.copyOf(values));
    }
}
