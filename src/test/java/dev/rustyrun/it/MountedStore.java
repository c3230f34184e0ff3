package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image store for one test. Each command mounts it, in a mount namespace of its own, over the machine's store.
 * Closing it deletes everything.
 */
final class MountedStore implements AutoCloseable {

    private static final String PLACE = "/var/lib/rustyrun/images";

    /** A folder for files of the test. */
    final Path folder;

    /** The store itself. */
    final Path store;

    MountedStore() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
        store = folder.resolve("store");
    }

    /** A tar archive of the files that {@code script} makes in an empty directory. */
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

    /** The output of a command, which must succeed and print nothing to standard error. */
    String out(String... words) {
        Launcher.Result result = rustyrun(words).expect(0);
        assertEquals("", result.err());
        return result.out();
    }

    /** The containers that have a layer in this store. */
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
