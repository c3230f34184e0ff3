package dev.rustyrun.http.access;

import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
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
 * The bearer tokens and their roles: a file with lines {@code ROLE TOKEN}, which is reloaded when it changes, so that
 * tokens can be replaced without a restart. If the file is unreadable, invalid or accessible to other users, no token
 * is accepted. Thread-safe.
 */
public final class TokenFile {

    private static final int MIN_LENGTH = 16;
    /** Enough of the digest to distinguish tokens, too little to replace it. */
    private static final int NAME_BYTES = 12;

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    /** Contains only digests: the time to compare them reveals nothing about a token. */
    private record Entry(byte[] digest, Identity holder) {}

    /** Attributes that change when the file changes. */
    private record Version(long modified, long size, Object file) {}

    private final Path path;
    private Version read = new Version(0, -1, "");
    private List<Entry> entries = List.of();
    private Optional<String> error = Optional.empty();

    public TokenFile(Path path) {
        this.path = path;
    }

    /** The reason why no token is accepted, if there is one. */
    public synchronized Optional<String> error() {
        refresh();
        return error;
    }

    /** The holder of {@code token}; empty if the token is unknown. */
    public synchronized Optional<Identity> holderOf(String token) {
        refresh();
        byte[] digest = digest(token);
        Optional<Identity> found = Optional.empty();
        for (Entry entry : entries) {
            // Compares all entries, so that the time does not depend on the result.
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
                error = Optional.empty();
            }
        } catch (NoSuchFileException e) {
            entries = List.of();
            error = Optional.of("token file " + path + " cannot be used: no such file");
        } catch (IOException | InvalidSpecException | IllegalArgumentException e) {
            entries = List.of();
            error = Optional.of("token file " + path + " cannot be used: " + e.getMessage());
        }
    }

    private List<Entry> parse() throws IOException {
        for (PosixFilePermission permission : Files.getPosixFilePermissions(path)) {
            if (OF_OTHERS.contains(permission)) {
                throw new IllegalArgumentException("other users can read or write it: chmod 600");
            }
        }
        List<Entry> parsed = new ArrayList<>();
        int number = 0;
        for (String line : GivenFile.readSecrets(path.toString()).lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                parsed.add(entry(number, line.strip().split("\\s+")));
            }
        }
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException("it contains no token");
        }
        return parsed;
    }

    private static Entry entry(int number, String[] words) {
        Role role = Role.named(words[0])
                .filter(known -> words.length == 2)
                .orElseThrow(() -> new IllegalArgumentException(
                        "line " + number + " is not ROLE TOKEN, with the role read, launch or admin"));
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
