package dev.rustyrun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.files.HostFiles;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The names that {@code cp} gives its copies, as docker does. The container is a plain directory, so this needs no
 * root.
 */
class FileCopyTest {

    private final HostFiles files = new HostFiles(Linux.host());

    @TempDir
    Path folder;

    private Path container;
    private Path here;
    private FileCopy copy;

    @BeforeEach
    void make() throws IOException {
        container = Files.createDirectory(folder.resolve("container"));
        here = Files.createDirectory(folder.resolve("here"));
        Engine engine = (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    String path = container + (String) arguments[1];
                    switch (method.getName()) {
                        case "read" -> {
                            return read(path);
                        }
                        case "write" -> write(path, (InputStream) arguments[2]);
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
        copy = new FileCopy(new EngineContext(new OwnProcess(Linux.host(), null), engine, System.err, List.of()));
    }

    private InputStream read(String path) throws IOException {
        Path file = Path.of(path);
        if (!Files.exists(file)) {
            throw new InvalidSpecException("no such file: " + path);
        }
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        files.pack(
                path,
                Files.isDirectory(file)
                        ? Optional.empty()
                        : Optional.of(file.getFileName().toString()),
                tar);
        return new ByteArrayInputStream(tar.toByteArray());
    }

    private void write(String path, InputStream tar) throws IOException {
        if (!Files.isDirectory(Path.of(path))) {
            throw new InvalidSpecException("no such directory: " + path);
        }
        files.unpack(tar, path, Optional.empty(), Optional.empty());
    }

    private static void tree(Path at) throws IOException {
        Files.createDirectories(at.resolve("dir/sub"));
        Files.writeString(at.resolve("dir/sub/deep"), "deep");
        Files.writeString(at.resolve("dir/one"), "one");
        Files.writeString(at.resolve("file"), "text");
        Files.createDirectory(at.resolve("there"));
    }

    @ParameterizedTest
    @CsvSource({
        "file, x:/there, there/file",
        "file, x:/there/, there/file",
        "file, x:/new, new",
        "file, x:new, new",
        "file, x:/there/new, there/new",
        "dir, x:/there, there/dir/sub/deep",
        "dir, x:/new, new/sub/deep",
        "dir/, x:/new, new/sub/deep",
        "dir/., x:/there, there/sub/deep",
        "dir/sub/.., x:/there, there/dir/one"
    })
    void copies_into_a_container_have_the_name_that_docker_gives_them(String from, String to, String result)
            throws IOException {
        tree(here);
        Files.createDirectory(container.resolve("there"));
        copy.copy(here + "/" + from, to);
        assertTrue(Files.isRegularFile(container.resolve(result)), result);
    }

    @ParameterizedTest
    @CsvSource({
        "x:/file, there, there/file",
        "x:/file, there/, there/file",
        "x:file, new, new",
        "x:/dir, there, there/dir/sub/deep",
        "x:/dir, new, new/sub/deep",
        "x:/dir/., there, there/sub/deep",
        "x:/dir/., new, new/sub/deep",
        "x:/dir/sub/.., there, there/dir/one"
    })
    void copies_out_of_a_container_too(String from, String to, String result) throws IOException {
        tree(container);
        Files.createDirectory(here.resolve("there"));
        copy.copy(from, here + "/" + to);
        assertTrue(Files.isRegularFile(here.resolve(result)), result);
    }

    @ParameterizedTest
    @CsvSource({
        "x:/file, y:/file, exactly one",
        "/file, /other, exactly one",
        "x:/missing, HERE/new, no such file",
        "x:/file, HERE/missing/new, no such directory",
        "x:/file, HERE/new/, no such directory",
        "x:/file, /dev/null, is not a regular file",
        "HERE/missing, x:/new, no such file",
        "HERE/file, x:/new/, no such directory",
        "HERE/file, x:/missing/new, no such directory",
        "/dev/null, x:/new, neither a directory nor a file"
    })
    void an_impossible_copy_is_refused_in_one_line(String from, String to, String words) throws IOException {
        tree(container);
        Files.writeString(here.resolve("file"), "text");
        InvalidSpecException refused = assertThrows(
                InvalidSpecException.class,
                () -> copy.copy(from.replace("HERE", here.toString()), to.replace("HERE", here.toString())));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
        assertFalse(refused.getMessage().contains("Exception"), refused.getMessage());
    }

    @Test
    void a_link_in_the_target_that_an_earlier_copy_brought_is_not_followed() throws IOException {
        tree(container);
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.createSymbolicLink(here.resolve("dir"), outside);
        assertThrows(InvalidSpecException.class, () -> copy.copy("x:/dir", here.toString()));
        assertEquals(0, outside.toFile().list().length);
    }

    @Test
    void a_link_that_the_user_names_as_the_target_is_followed() throws IOException {
        tree(container);
        Path real = Files.writeString(here.resolve("real"), "old");
        Path link = Files.createSymbolicLink(here.resolve("link"), real);
        copy.copy("x:/file", link.toString());
        assertEquals("text", Files.readString(real));
        assertTrue(Files.isSymbolicLink(link));
    }
}
