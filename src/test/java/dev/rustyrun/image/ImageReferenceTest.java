package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageReferenceTest {

    private static final String HEX = "0123456789abcdef".repeat(4);

    @Test
    void short_names_are_dockers() {
        Map.of(
                        "alpine", "docker.io/library/alpine:latest",
                        "alpine:3.20", "docker.io/library/alpine:3.20",
                        "org/app", "docker.io/org/app:latest",
                        "docker.io/alpine", "docker.io/library/alpine:latest",
                        "index.docker.io/org/app", "docker.io/org/app:latest",
                        "localhost/app", "localhost/app:latest",
                        "localhost:5000/app:x", "localhost:5000/app:x",
                        "quay.io/a/b/c", "quay.io/a/b/c:latest",
                        "[::1]:5000/app", "[::1]:5000/app:latest",
                        "UPPER/app", "UPPER/app:latest")
                .forEach((text, whole) ->
                        assertEquals(whole, ImageReference.parse(text).toString(), text));
    }

    @Test
    void a_digest_counts_before_the_tag() {
        ImageReference name = ImageReference.parse("alpine:3@sha256:" + HEX);
        assertEquals("sha256:" + HEX, name.version());
        assertEquals("3", name.tag().orElseThrow());
        assertTrue(ImageReference.parse("alpine@sha256:" + HEX).tag().isEmpty());
    }

    @Test
    void the_familiar_form_is_read_as_the_same_name() {
        for (String text :
                List.of("alpine:latest", "org/app:1", "quay.io/a/b:c", "localhost:5000/x:y", "a@sha256:" + HEX)) {
            ImageReference name = ImageReference.parse(text);
            assertEquals(text, name.familiar());
            assertEquals(name, ImageReference.parse(name.familiar()));
        }
    }

    @Test
    void a_path_is_recognized() {
        for (String text : List.of("/tmp", "./busybox-rootfs", "../root-file-systems/busybox-rootfs")) {
            String message = assertThrows(InvalidSpecException.class, () -> ImageReference.parse(text))
                    .getMessage();
            assertTrue(message.endsWith("it is a path; a directory is given as rootfs, not as image"), message);
        }
    }

    @Test
    void an_invalid_name_is_refused_in_one_line() {
        for (String text : List.of(
                "",
                "Alpine",
                "a//b",
                "/a",
                "a/",
                "a:",
                "a:-x",
                "a:b:c",
                "../a",
                "a/../b",
                "a b",
                "a\nb",
                "a@sha256:12",
                "a@md5:" + HEX,
                "a@sha256:" + HEX.replace('a', 'A'),
                "a:" + "t".repeat(129),
                "r.example/" + "x".repeat(300),
                "host:99999999/a",
                "-host.example/a",
                "a___b",
                HEX)) {
            InvalidSpecException refused =
                    assertThrows(InvalidSpecException.class, () -> ImageReference.parse(text), text);
            assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker://alpine | leave out docker://",
                "https://quay.io/a:1 | leave out https://",
                "http://localhost:5000/a | leave out http://, and pass --plain-http to pull from it",
                "alpine@ | the digest after @ is missing"
            })
    void names_of_other_programs_are_refused_with_what_to_write(String text, String why) {
        InvalidSpecException refused = assertThrows(InvalidSpecException.class, () -> ImageReference.parse(text));
        assertEquals("image name \"" + text + "\" is invalid: " + why, refused.getMessage());
    }

    @Test
    void digests_are_read_strictly() {
        assertEquals("sha256:" + HEX, Digest.parse("sha256:" + HEX).toString());
        assertEquals(
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                Digest.of(new byte[0]).toString());
        for (String text :
                List.of("", "sha256", "sha256:", "sha256:" + HEX + "0", "sha512:" + HEX, HEX, "sha256:../" + HEX)) {
            assertThrows(InvalidSpecException.class, () -> Digest.parse(text), text);
        }
    }
}
