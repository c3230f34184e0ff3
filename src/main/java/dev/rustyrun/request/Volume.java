package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A mount of a host directory: given by its path, or by the name that a service has configured for it. */
public final class Volume {

    private static final String MISSING = "is missing";

    @RequestField(json = "source", inJson = "The configured name.", required = MISSING)
    private String source;

    @RequestField(json = "target", inJson = "The absolute path in the container.", required = MISSING)
    private String target;

    @RequestField(json = "readOnly", inJson = "Whether the mount is read-only.")
    private boolean readOnly;

    private List<String> options = List.of();

    Volume() {}

    /**
     * A volume with these mount(8) options.
     *
     * @param source a host path, or a configured name
     */
    public Volume(String source, String target, List<String> options) {
        this.source = source;
        this.target = target;
        this.options = List.copyOf(options);
        this.readOnly = options.contains("ro");
    }

    /**
     * Parses {@code SRC:DST[:OPTIONS]}.
     *
     * @throws InvalidSpecException when the text does not have this form
     */
    public static Volume of(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new InvalidSpecException("volume \"" + text + "\" is not SOURCE:TARGET or SOURCE:TARGET:OPTIONS");
        }
        return new Volume(parts[0], parts[1], parts.length == 3 ? List.of(parts[2].split(",")) : List.of());
    }

    /** The host path, or the configured name. */
    public String source() {
        return source;
    }

    /** The path in the container. */
    public String target() {
        return target;
    }

    /** Whether the mount is read-only. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The mount(8) options; empty if none were given. */
    public List<String> options() {
        return options;
    }

    /** This volume with {@code path} as its source. */
    Volume from(String path) {
        return new Volume(path, target, readOnly ? List.of("ro") : List.of());
    }

    /** Converter for picocli. */
    static final class Converter implements ITypeConverter<Volume> {
        @Override
        public Volume convert(String text) {
            try {
                return of(text);
            } catch (InvalidSpecException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
