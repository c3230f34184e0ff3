package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.CryptoLibrary;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hashes of streams equal those of Java's MessageDigest, whichever library computes them. */
class ContentHashTest {

    private static final int[] LENGTHS = {0, 1, 55, 56, 63, 64, 65, 127, 128, 65_535, 65_536, 65_537, 300_000};

    @Test
    void every_length_in_any_pieces_has_the_same_hash_as_in_java() {
        Random random = new Random(1);
        for (String algorithm : new String[] {Digest.SHA256, Digest.SHA512}) {
            for (int length : LENGTHS) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                try (ContentHash hash = ContentHash.of(algorithm)) {
                    for (int done = 0; done < length; ) {
                        int count = Math.min(length - done, 1 + random.nextInt(100_000));
                        hash.update(bytes, done, count);
                        done += count;
                    }
                    assertEquals(
                            Digest.of(algorithm, Digest.hash(algorithm).digest(bytes)),
                            hash.digest(),
                            algorithm + " of " + length + " bytes");
                }
            }
        }
    }

    /**
     * The README's test command installs openssl and so the library. Without the library, the test above would compare
     * Java with itself.
     */
    @Test
    void the_library_is_used_and_its_missing_functions_are_known() {
        CryptoLibrary library = CryptoLibrary.open().orElseThrow();
        try (CryptoLibrary.Hash hash = library.hash("sha256").orElseThrow()) {
            assertEquals(32, hash.digest().length);
        }
        assertEquals(Optional.empty(), library.hash("no such hash"));
        assertTrue(library.hash("sha512")
                .map(hash -> {
                    try (hash) {
                        return hash.digest().length == 64;
                    }
                })
                .orElseThrow());
    }
}
