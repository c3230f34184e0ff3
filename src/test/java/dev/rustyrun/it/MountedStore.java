package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** An image store of a test's own, which its commands find in the place of the machine's. Everything is gone when it is closed. */
final class MountedStore implements AutoCloseable {

    private static final String PLACE = "/var/lib/rustyrun/images";

    /** For files of the test. */
    final Path folder;

    /** The store itself. */
    final Path store;

    MountedStore() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
        store = folder.resolve("store");
    }

    /** What {@code script} makes in an empty directory. */
    byte[] tar(String script) throws IOException {
        Path tar = Files.createTempFile(folder, "layer", ".tar");
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                "d=$(mktemp -d); chmod 755 $d; cd $d; " + script
                                        + "; tar --format=posix --pax-option=delete=atime,delete=ctime -cf \"$0\" .;"
                                        + " rm -rf $d",
                                tar.toString()),
                        "")
                .expect(0);
        return Files.readAllBytes(tar);
    }

    List<String> command(String... words) {
        String script = "mkdir -p " + PLACE + "; mount --bind \"$0\" " + PLACE + "; exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-ec", script, store.toString()));
        command.addAll(Launcher.command(words));
        return command;
    }

    Launcher.Result rustyrun(String... words) {
        return Launcher.execute(command(words), "");
    }

    /** The output of a command that succeeds and has nothing to say besides. */
    String out(String... words) {
        Launcher.Result result = rustyrun(words).expect(0);
        assertEquals("", result.err());
        return result.out();
    }

    /** The containers that have a layer in it. */
    List<String> containers() throws IOException {
        try (Stream<Path> all = Files.list(store.resolve("containers"))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void close() {
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }
}
