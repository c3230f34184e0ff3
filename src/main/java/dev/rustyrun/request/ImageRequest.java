package dev.rustyrun.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** The part of a {@link LaunchRequest} that is about an image. On a command line, the image is the first word. */
public abstract class ImageRequest {

    private static final String HEADING = "From an image";
    private static final String OWN_ROOT = "the bundle has its own root file system: set root.path in config.json";
    private static final String ALWAYS = "always";
    private static final String MISSING = "missing";
    private static final String NEVER = "never";

    @RequestField(
            json = "image",
            inJson =
                    "An image instead of rootfs, with a name as in docs/images.md; without command, the image's own runs.",
            example = "\"alpine\"")
    private String image;

    @RequestField(json = "pull", defaultText = MISSING, example = "\"missing\"", heading = HEADING)
    @InBundle(instead = OWN_ROOT)
    @Option(
            names = "--pull",
            paramLabel = "always|missing|never",
            defaultValue = Option.NULL_VALUE,
            description = "Set when to fetch the image from its registry (default: missing).")
    private String pull;

    @RequestField(
            json = "platform",
            inJson = "Choose the platform of a multi-platform image.",
            defaultText = "the server's",
            example = "\"linux/amd64\"",
            heading = HEADING)
    @InBundle(instead = OWN_ROOT)
    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH[/VARIANT]",
            defaultValue = Option.NULL_VALUE,
            description = "Choose the platform of a multi-platform image (default: this machine's).")
    private String platform;

    @RequestField(json = "entrypoint", example = "\"/bin/sh\"", heading = FamiliarOptions.HEADING)
    @InBundle(field = "process.args")
    @Option(
            names = "--entrypoint",
            paramLabel = "CMD",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Run this program with the command's words as arguments; replaces the image's ENTRYPOINT and CMD.")
    private String entrypoint;

    ImageRequest() {}

    /** The image whose layers are the root file system; empty for a directory. */
    public Optional<String> image() {
        return Optional.ofNullable(image);
    }

    /**
     * When the image is pulled: always, missing or never.
     *
     * @throws FieldException when the value is not always, missing or never
     */
    public String pull() {
        String word = pull == null ? MISSING : pull;
        if (!Set.of(ALWAYS, MISSING, NEVER).contains(word)) {
            throw FieldException.of("--pull", "pull", "\"" + word + "\" is not always, missing or never");
        }
        return word;
    }

    /** The platform of the image as OS/ARCH[/VARIANT]; empty for this machine's. */
    public String platform() {
        return platform == null ? "" : platform;
    }

    /**
     * Checks that no field is set that only an image can use.
     *
     * @throws FieldException for the first such field
     */
    public void checkNoImageFields() {
        if (pull != null) {
            throw FieldException.of("--pull", "pull", "requires an image; a rootfs is never pulled");
        }
        if (platform != null && !platform.isEmpty()) {
            throw FieldException.of("--platform", "platform", "requires an image; a rootfs has its own");
        }
    }

    /**
     * The program before the command's words; an empty string for none, empty if not specified.
     *
     * @throws FieldException when it is a JSON list, which podman accepts
     */
    public Optional<String> entrypoint() {
        if (entrypoint != null && entrypoint.startsWith("[\"") && entrypoint.endsWith("\"]")) {
            throw FieldException.of(
                    "--entrypoint",
                    "entrypoint",
                    "must be one program, not a list: put its arguments before the command's words");
        }
        return Optional.ofNullable(entrypoint);
    }

    /** The entry point followed by {@code words}; for a directory, which has no entry point of its own. */
    List<String> behindEntrypoint(List<String> words) {
        List<String> all = new ArrayList<>();
        entrypoint().filter(program -> !program.isEmpty()).ifPresent(all::add);
        all.addAll(words);
        return all;
    }

    void setImage(String newImage) {
        image = newImage;
    }

    /** Clears the fields that are already part of the command, and those that were used to find the image. */
    void clearImageFields() {
        pull = null;
        platform = null;
        entrypoint = null;
    }
}
