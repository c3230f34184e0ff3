package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Map;

/**
 * The platform of an image, in the names of GOOS and GOARCH; OCI image-spec, image-index.md.
 *
 * @param variant the variant of the processor, such as v7; empty for any
 */
public record Platform(String os, String architecture, String variant) {

    private static final Map<String, String> ALIASES =
            Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64", "i386", "386", "i686", "386");

    public Platform {
        architecture = ALIASES.getOrDefault(architecture, architecture);
        // v8 is the only variant of arm64, and often omitted.
        variant = architecture.equals("arm64") && variant.equals("v8") ? "" : variant;
    }

    /** The platform of this machine. */
    public static Platform host() {
        return new Platform("linux", System.getProperty("os.arch"), "");
    }

    /**
     * Parses {@code os/architecture[/variant]}, or an architecture alone.
     *
     * @throws InvalidSpecException when {@code text} is neither
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length > 3 || !text.matches("[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*")) {
            throw new InvalidSpecException(
                    "--platform " + Printable.quoted(text) + " is not OS/ARCHITECTURE[/VARIANT], such as linux/arm64");
        }
        return parts.length == 1
                ? new Platform("linux", parts[0], "")
                : new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    /** Whether an image for {@code other} runs on this platform. */
    boolean accepts(Platform other) {
        return os.equals(other.os)
                && architecture.equals(other.architecture)
                && (variant.isEmpty() || other.variant.isEmpty() || variant.equals(other.variant));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
