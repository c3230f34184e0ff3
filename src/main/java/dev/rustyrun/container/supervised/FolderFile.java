package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/** A JSON file of a container's folder. It is written once and atomically: a reader sees all of it or nothing. */
final class FolderFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NEW = ".new";
    /** The space reserved for the files of the start and the result, because the disk may be full by then. */
    private static final int RESERVED_BYTES = 4096;
    /** Rustyrun writes no larger file. */
    private static final long MAX_BYTES = 64L * 1024 * 1024;

    private final Path path;
    private final Path aside;

    FolderFile(Path folder, String name) {
        this.path = folder.resolve(name);
        this.aside = folder.resolve(name + NEW);
    }

    String name() {
        return path.getFileName().toString();
    }

    boolean exists() {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** The content; empty if the file is missing or damaged. */
    Optional<ObjectNode> read() {
        try {
            return readOrFail();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The content; empty if the file is missing. */
    Optional<ObjectNode> readOrFail() throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
                throw new IOException("it is not a file that Rustyrun has written");
            }
            JsonNode json = JSON.readTree(Files.readAllBytes(path));
            if (json instanceof ObjectNode object) {
                return Optional.of(object);
            }
            throw new IOException("it is not a JSON object");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens the file, whether it is written or only reserved. The reserved file has another name, and is renamed when
     * it is written.
     */
    Optional<FileChannel> hold() {
        for (Path place : List.of(path, aside, path)) {
            try {
                return Optional.of(FileChannel.open(place, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            } catch (IOException e) {
                // The file has the other name, or was just renamed.
            }
        }
        return Optional.empty();
    }

    /** Describes a failure to read the file. */
    String damage(IOException e) {
        return e instanceof JsonProcessingException
                ? name() + " is damaged"
                : name() + " cannot be read: " + e.getMessage();
    }

    /** Reserves disk space for the file. */
    void reserve() {
        try {
            Files.write(aside, new byte[RESERVED_BYTES], StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes into the reserved space and renames the file, so that it appears atomically. */
    void write(ObjectNode json) {
        byte[] text = (json + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            try (FileChannel channel = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.truncate(text.length);
            }
            Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
