package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The digest of a blob, which is also its name; OCI image-spec, descriptor.md.
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex the hash, in lower case
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {

    public static final String SHA256 = "sha256";
    public static final String SHA512 = "sha512";

    private static final int SHA256_LENGTH = 64;
    private static final int SHA512_LENGTH = 128;

    public Digest {
        int length = algorithm.equals(SHA256) ? SHA256_LENGTH : algorithm.equals(SHA512) ? SHA512_LENGTH : 0;
        if (length == 0 || hex.length() != length || !isHex(hex)) {
            throw new InvalidSpecException("digest " + Printable.quoted(algorithm + ":" + hex)
                    + " is neither sha256: and 64 nor sha512: and 128 hexadecimal digits in lower case");
        }
    }

    /**
     * Parses {@code sha256:…} or {@code sha512:…}.
     *
     * @throws InvalidSpecException when {@code text} is anything else
     */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        return new Digest(colon < 0 ? "" : text.substring(0, colon), text.substring(colon + 1));
    }

    /** The SHA-256 of {@code bytes}. */
    public static Digest of(byte[] bytes) {
        return of(SHA256, hash(SHA256).digest(bytes));
    }

    static Digest of(String algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    /** A new MessageDigest of this digest's algorithm. */
    MessageDigest hash() {
        return hash(algorithm);
    }

    static MessageDigest hash(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals(SHA512) ? "SHA-512" : "SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The first twelve digits, as lists show them. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
