package dev.rustyrun.spec;

import java.nio.file.Path;
import java.util.List;

/**
 * An OCI bundle: a directory with a {@code config.json}; runtime-spec bundle.md.
 *
 * @param path absolute
 * @param text the content of its config.json
 * @param spec the parsed config.json
 * @param warnings deviations from the specification
 */
public record Bundle(Path path, String text, Spec spec, List<String> warnings) {

    /** The usual name of the configuration file. */
    public static final String CONFIG = "config.json";

    /** This bundle with another Spec. */
    public Bundle with(Spec changed) {
        return new Bundle(path, text, changed, warnings);
    }
}
