package dev.rustyrun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.ImageReference;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageSourcesTest {

    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String OTHER = "sha256:" + "b".repeat(64);

    private static boolean has(String entry, String name) {
        ImageReference reference;
        try {
            reference = ImageReference.parse(name.replace("DIGEST", DIGEST).replace("OTHER", OTHER));
        } catch (InvalidSpecException e) {
            // A text that is no image name is in no list.
            return false;
        }
        return ImageSources.parse(List.of(entry.replace("DIGEST", DIGEST)), List.of())
                .have(reference);
    }

    @ParameterizedTest
    @CsvSource({
        "alpine, alpine:3.20",
        "alpine, docker.io/library/alpine",
        "alpine, index.docker.io/library/alpine@DIGEST",
        "alpine:3.20, alpine:3.20",
        "alpine@DIGEST, alpine:1@DIGEST",
        "docker.io/*, alpine",
        "docker.io/*, org/app:1",
        "library/*, alpine",
        "docker.io/library/*, alpine:3",
        "quay.io/org/*, quay.io/org/app",
        "quay.io/org/*, quay.io/org/deep/er/app:1",
        "localhost:5000/*, localhost:5000/app",
        "[::1]:5000/*, [::1]:5000/app",
        "127.0.0.1:5000/org/app, 127.0.0.1:5000/org/app:2",
        "*, anything.example/x"
    })
    void listed_images_are_allowed(String entry, String name) {
        assertTrue(has(entry, name));
    }

    @ParameterizedTest
    @CsvSource({
        "alpine, alpine2",
        "alpine, org/alpine",
        "alpine, quay.io/library/alpine",
        "alpine, docker.io:443/library/alpine",
        "alpine, DOCKER.io/library/alpine",
        "alpine, Docker.Io/library/alpine",
        "alpine, docker.io./library/alpine",
        "alpine, registry-1.docker.io/library/alpine",
        "alpine:3.20, alpine",
        "alpine:3.20, alpine:3.2",
        "alpine:3.20, alpine:3.20@DIGEST",
        "alpine@DIGEST, alpine",
        "alpine@DIGEST, alpine@OTHER",
        "library/*, org/app",
        "quay.io/org/*, quay.io/organ/app",
        "quay.io/org/*, quay.io/org",
        "quay.io/org/*, quay.io/org/../other/app",
        "quay.io/org/*, quay.io/org/%2e%2e/app",
        "quay.io/org/*, quay.io//org/app",
        "quay.io/org/*, quay.io:443/org/app",
        "quay.io/org/*, QUAY.IO/org/app",
        "quay.io/*, quay.io.evil.example/app",
        "quay.io/*, evil.example/quay.io/app",
        "quay.io/*, quay.io@evil.example/app",
        "quay.io/*, user:secret@quay.io/app",
        "quay.io/*, https://quay.io/app",
        "localhost:5000/*, localhost:5001/app",
        "localhost:5000/*, localhost:05000/app",
        "localhost:5000/*, LOCALHOST:5000/app",
        "localhost:5000/*, 127.0.0.1:5000/app",
        "[::1]:5000/*, [0:0:0:0:0:0:0:1]:5000/app",
        "[::1]:5000/*, [::1%25eth0]:5000/app",
        "[fe80::a]:5000/*, [FE80::A]:5000/app",
    })
    void another_spelling_is_not(String entry, String name) {
        assertEquals(false, has(entry, name));
    }

    @Test
    void an_entry_that_could_never_match_or_is_not_a_name_is_refused() {
        for (String entry :
                List.of("QUAY.io/org/*", "", "quay.io/Org/app", "quay.io/*/app", "https://quay.io/*", "a b")) {
            assertThrows(InvalidSpecException.class, () -> ImageSources.parse(List.of(entry), List.of()), entry);
        }
    }

    @Test
    void warm_images_are_allowed_by_exactly_their_names() {
        ImageSources sources = ImageSources.parse(List.of(), List.of("alpine", "quay.io/org/app:2"));
        assertTrue(sources.have(ImageReference.parse("alpine:latest")));
        assertTrue(sources.have(ImageReference.parse("quay.io/org/app:2")));
        assertEquals(false, sources.have(ImageReference.parse("alpine:3")));
        assertEquals(false, sources.have(ImageReference.parse("quay.io/org/app:1")));
        assertEquals(false, sources.have(ImageReference.parse("quay.io/org/app:2@" + DIGEST)));
    }
}
