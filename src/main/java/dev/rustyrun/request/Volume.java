package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A directory that is shown inside: a path of this machine's, or the name of one that a service has configured. */
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
     * One that is mounted with these options, as mount(8) has them.
     *
     * @param source a path, or a name
     */
    public Volume(String source, String target, List<String> options) {
        this.source = source;
        this.target = target;
        this.options = List.copyOf(options);
        this.readOnly = options.contains("ro");
    }

    /**
     * {@code SRC:DST[:OPTIONS]}.
     *
     * @throws InvalidSpecException when it is not that
     */
    public static Volume of(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new InvalidSpecException("volume \"" + text + "\" is not SOURCE:TARGET or SOURCE:TARGET:OPTIONS");
        }
        return new Volume(parts[0], parts[1], parts.length == 3 ? List.of(parts[2].split(",")) : List.of());
    }

    /** A path, or a name. */
    public String source() {
        return source;
    }

    /** Where it is inside. */
    public String target() {
        return target;
    }

    /** Whether nothing can be written there. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** How it is mounted, as mount(8) has it, if that was said. */
    public List<String> options() {
        return options;
    }

    /** The same from {@code path}. */
    Volume from(String path) {
        return new Volume(path, target, readOnly ? List.of("ro") : List.of());
    }

    /** For picocli. */
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
