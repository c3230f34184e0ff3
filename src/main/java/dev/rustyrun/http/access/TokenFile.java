package dev.rustyrun.http.access;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The bearer tokens and their roles: a file of lines {@code ROLE TOKEN}, read again when it has changed, so that tokens are
 * exchanged without a restart. A file that cannot be read, is wrong, or that others can read lets nobody in. Safe for use by
 * several threads.
 */
public final class TokenFile {

    private static final int MIN_LENGTH = 16;
    /** Enough of a digest to tell tokens apart, and too little to be one. */
    private static final int NAME_BYTES = 12;

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    /** Only digests are kept: comparing them takes a time that says nothing about a token. */
    private record Entry(byte[] digest, Identity holder) {}

    /** What tells one version of the file from another. */
    private record Version(long modified, long size, Object file) {}

    private final Path path;
    private Version read = new Version(0, -1, "");
    private List<Entry> entries = List.of();
    private Optional<String> trouble = Optional.empty();

    public TokenFile(Path path) {
        this.path = path;
    }

    /** Why nobody is let in, if that is so. */
    public synchronized Optional<String> trouble() {
        refresh();
        return trouble;
    }

    /** The holder of {@code token}; nothing when it is not in the file. */
    public synchronized Optional<Identity> holderOf(String token) {
        refresh();
        byte[] digest = digest(token);
        Optional<Identity> found = Optional.empty();
        for (Entry entry : entries) {
            // All are compared, whatever is found.
            found = MessageDigest.isEqual(entry.digest, digest) ? Optional.of(entry.holder) : found;
        }
        return found;
    }

    private void refresh() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            Version version = new Version(now.lastModifiedTime().toMillis(), now.size(), String.valueOf(now.fileKey()));
            if (!version.equals(read)) {
                read = version;
                entries = List.of();
                entries = parse();
                trouble = Optional.empty();
            }
        } catch (NoSuchFileException e) {
            entries = List.of();
            trouble = Optional.of("token file " + path + " cannot be used: there is no such file");
        } catch (IOException | LinuxException | IllegalArgumentException e) {
            entries = List.of();
            trouble = Optional.of("token file " + path + " cannot be used: " + e.getMessage());
        }
    }

    private List<Entry> parse() throws IOException {
        for (PosixFilePermission permission : Files.getPosixFilePermissions(path)) {
            if (OF_OTHERS.contains(permission)) {
                throw new IllegalArgumentException("others may read or write it; chmod 600 it");
            }
        }
        List<Entry> parsed = new ArrayList<>();
        int number = 0;
        for (String line : UserFile.read(Linux.host(), path.toString(), UserFile.MAX_SECRETS)
                .lines()
                .toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                parsed.add(entry(number, line.strip().split("\\s+")));
            }
        }
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException("there is no token in it");
        }
        return parsed;
    }

    private static Entry entry(int number, String[] words) {
        Role role = Role.named(words[0])
                .filter(known -> words.length == 2)
                .orElseThrow(() ->
                        new IllegalArgumentException("line " + number + " is not read, launch or admin and a token"));
        if (words[1].length() < MIN_LENGTH) {
            throw new IllegalArgumentException("the token in line " + number + " is shorter than " + MIN_LENGTH);
        }
        byte[] digest = digest(words[1]);
        return new Entry(digest, new Identity("token:" + HexFormat.of().formatHex(digest, 0, NAME_BYTES), role));
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
