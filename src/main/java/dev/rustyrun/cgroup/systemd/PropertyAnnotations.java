package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Unit properties from a bundle's annotations, such as {@code org.systemd.property.TimeoutStopUSec: uint64 5000000}. A
 * name consists of letters only, as in runc; systemd itself checks whether the property exists.
 */
public final class PropertyAnnotations {

    private static final String PREFIX = Spec.UNIT_PROPERTY_ANNOTATIONS;

    private static final String SECONDS = "Sec";
    private static final String MICROSECONDS = "USec";
    private static final int MIN_NAME = 3;
    private static final double MICROS = 1_000_000;

    private PropertyAnnotations() {}

    /**
     * The properties in {@code annotations}.
     *
     * @throws InvalidSpecException when one is invalid
     */
    public static List<UnitProperty> of(Map<String, String> annotations) {
        List<UnitProperty> properties = new ArrayList<>();
        new TreeMap<>(annotations).forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                properties.add(property(name, name.substring(PREFIX.length()), value));
            }
        });
        return properties;
    }

    private static UnitProperty property(String annotation, String name, String text) {
        if (name.length() < MIN_NAME || !name.chars().allMatch(PropertyAnnotations::isLetter)) {
            throw wrong(annotation, "\"" + name + "\" is not a property name");
        }
        Variant value;
        try {
            value = new VariantParser(text).parse();
        } catch (IllegalArgumentException e) {
            throw wrong(annotation, e.getMessage());
        }
        if (name.endsWith(SECONDS) && !name.endsWith(MICROSECONDS)) {
            return new UnitProperty(
                    name.substring(0, name.length() - SECONDS.length()) + MICROSECONDS, micros(annotation, value));
        }
        return new UnitProperty(name, value);
    }

    /** systemd's own properties are in microseconds, those of unit files in seconds. */
    private static Variant micros(String annotation, Variant seconds) {
        if (seconds.value() instanceof Long whole && whole >= 0) {
            return Variant.number((long) (whole * MICROS));
        }
        if (seconds.value() instanceof Double part && part >= 0) {
            return Variant.number((long) (part * MICROS));
        }
        throw wrong(annotation, "a time in seconds is a number");
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static InvalidSpecException wrong(String annotation, String why) {
        return new InvalidSpecException("annotation " + annotation + ": " + why);
    }
}
