package dev.rustyrun.engine;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;

/** A file that a command writes atomically. */
public final class OutputFile {

    private OutputFile() {}

    /**
     * Writes the file with {@code writer}. An existing regular file is replaced only after the new content is complete.
     */
    public static void write(Path path, Consumer<OutputStream> writer) {
        Path file = path.toAbsolutePath();
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                writeTo(file, writer);
                return;
            }
            Path beside = Files.createTempFile(file.getParent(), ".rustyrun-", ".part");
            try {
                writeTo(beside, writer);
                Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "its directory does not exist" : e.getMessage();
            throw new InvalidSpecException(path + " cannot be written: " + why);
        }
    }

    private static void writeTo(Path file, Consumer<OutputStream> writer) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            writer.accept(out);
        }
    }
}
