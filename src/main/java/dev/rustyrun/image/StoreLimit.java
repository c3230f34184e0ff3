package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Sizes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The maximum size of an image store, with its blobs and unpacked layers: {@code maxSize} in
 * {@code /etc/rustyrun/images.json}, or in the user's own file, which replaces it; see docs/images.md.
 *
 * @param bytes the maximum size in bytes
 * @param file the file with the setting
 */
public record StoreLimit(long bytes, Path file) {

    private static final Path SYSTEM = Path.of("/etc/rustyrun/images.json");
    private static final String FIELD = "maxSize";

    /**
     * The limit of this user's store, if one is configured.
     *
     * @throws InvalidSpecException when a file cannot be read or has an unknown field
     */
    public static Optional<StoreLimit> read(Linux linux) {
        List<Path> files = new ArrayList<>();
        AuthFiles.configFolder().ifPresent(folder -> files.add(folder.resolve("rustyrun/images.json")));
        files.add(SYSTEM);
        for (Path file : files) {
            if (linux.exists(file.toString())) {
                try {
                    return Optional.of(parse(file, UserFile.readDocument(linux, file.toString())));
                } catch (LinuxException e) {
                    throw new InvalidSpecException("the settings " + file + " cannot be read: " + e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    static StoreLimit parse(Path file, String json) {
        DocumentField all = DocumentField.read(file.toString(), json.getBytes(StandardCharsets.UTF_8));
        for (String name : all.names()) {
            if (!Set.of(FIELD).contains(name)) {
                throw all.field(name).wrong("is unknown; known is " + FIELD);
            }
        }
        DocumentField size = all.field(FIELD);
        String text = size.text().toLowerCase(java.util.Locale.ROOT);
        if (!text.matches("[0-9]{1,9}[kmgt]?b?")) {
            throw size.wrong("is not a size such as 500m or 20g");
        }
        long bytes = ByteSize.parse(text).orElseThrow(() -> size.wrong("is too large"));
        return new StoreLimit(bytes, file);
    }

    /**
     * Checks that the store has room.
     *
     * @param taken the present size of the store in bytes
     * @param more the additional bytes
     * @throws ImageException when the limit would be exceeded
     */
    void check(Path store, long taken, long more) {
        if (more > bytes - taken) {
            throw new ImageException(
                    ImageException.Kind.FULL,
                    "the image store " + store + " takes " + Sizes.of(taken) + " and may take " + Sizes.of(bytes)
                            + " (" + FIELD + " in " + file + "): no room for " + Sizes.of(more)
                            + " more; rustyrun image prune --all removes what no container uses");
        }
    }
}
