package dev.rustyrun.seccomp;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;

/**
 * Compiled filters on disk, one file each. A directory or file that another user could have written is not used. A file
 * has a magic line, the program's length, a checksum of key and program, and the program. A truncated, damaged or
 * renamed file counts as missing.
 *
 * <p>Files are read through {@link Linux} and not through {@code java.nio}, whose first use is too slow for a launch.
 */
final class SeccompCache {

    private static final byte[] MAGIC = "rustyrun seccomp 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_SIZE = MAGIC.length + Integer.BYTES + Long.BYTES;
    private static final int MAX_BYTES = 4096 * UnknownCalls.INSTRUCTION_SIZE;

    private final Linux linux;
    private final String folder;

    SeccompCache(Linux linux, String folder) {
        this.linux = linux;
        this.folder = folder;
    }

    /** The program stored under {@code key}, if a trustworthy one exists. */
    Optional<byte[]> load(String key) {
        try (OpenFile directory = new OpenFile(
                linux, linux.open(folder, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW))) {
            if (!isTrusted(directory)) {
                return Optional.empty();
            }
            try (OpenFile file = new OpenFile(
                    linux,
                    linux.openWithoutLinks(directory.descriptor(), key, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK))) {
                return isTrusted(file)
                        ? decode(key, linux.readBytes(file.descriptor(), HEADER_SIZE + MAX_BYTES))
                        : Optional.empty();
            }
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    private boolean isTrusted(OpenFile file) {
        return linux.status(file.descriptor()).isOnlyWritableBy(linux.userId());
    }

    private static Optional<byte[]> decode(String key, byte[] content) {
        if (content.length < HEADER_SIZE || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(content).position(MAGIC.length);
        int length = b.getInt();
        long checksum = b.getLong();
        if (length != b.remaining()
                || length == 0
                || length > MAX_BYTES
                || length % UnknownCalls.INSTRUCTION_SIZE != 0) {
            return Optional.empty();
        }
        byte[] program = Arrays.copyOfRange(content, HEADER_SIZE, content.length);
        return checksum == checksum(key, program) ? Optional.of(program) : Optional.empty();
    }

    /**
     * Stores {@code program} for the next launch. It is written to a temporary file and renamed, so that no reader sees
     * a part of it. A cache that cannot be written is not an error.
     */
    void store(String key, byte[] program) {
        Path directory = Path.of(folder);
        Path aside = directory.resolve(key + "." + linux.processId() + "." + System.nanoTime());
        try {
            makeFolder(directory);
            try (OpenFile open = new OpenFile(
                    linux, linux.open(folder, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW))) {
                if (!isTrusted(open)) {
                    return;
                }
            }
            try (var channel = Files.newByteChannel(
                    aside,
                    EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(encode(key, program));
            }
            Files.move(aside, directory.resolve(key), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | LinuxException e) {
            delete(aside);
        }
    }

    private static void makeFolder(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory.getParent());
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void delete(Path aside) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException e) {
            // If the file cannot be deleted, it could not be written either.
        }
    }

    private static ByteBuffer encode(String key, byte[] program) {
        return ByteBuffer.allocate(HEADER_SIZE + program.length)
                .put(MAGIC)
                .putInt(program.length)
                .putLong(checksum(key, program))
                .put(program)
                .flip();
    }

    /**
     * FNV-1a over words of one instruction. It detects damage, not attacks: an attacker cannot write here. Looking up a
     * MessageDigest takes longer.
     */
    private static long checksum(String key, byte[] program) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
        }
        ByteBuffer words = ByteBuffer.wrap(program);
        while (words.remaining() >= Long.BYTES) {
            hash = (hash ^ words.getLong()) * 0x100000001b3L;
        }
        return hash;
    }
}
