package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An image store on an overlay, as in a container of another engine. The kernel allows no writable overlay on top of
 * it. Needs root.
 */
class ImageOnOverlayIT {

    private static final String WHY =
            "the image store is on an overlay, as in a container, where the kernel keeps no layer"
                    + " of a container: set RUSTYRUN_IMAGES to a folder on another file system, such as a volume, or keep what it"
                    + " writes in memory with --ephemeral";

    private Path folder;
    private Path program;

    @BeforeEach
    void copyProgram() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
    }

    @AfterEach
    void remove() {
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    /**
     * The output of {@code script}, run as the user {@code owner} with an image store on an overlay, in a mount
     * namespace of its own.
     */
    private String printed(String owner, String script) {
        String whole = "cd \"$0\"; chmod 755 .; mkdir over; mount -t tmpfs -o mode=755 tmpfs over; mkdir over/l over/u"
                + " over/w over/m; chown " + owner + " over/u; mount -t overlay overlay -o"
                + " lowerdir=over/l,upperdir=over/u,workdir=over/w over/m; rootfs=$1; r=$2; shift 2;"
                + " exec setpriv --reuid " + owner + " --regid " + owner + " --clear-groups env HOME=/nonexistent"
                + " RUSTYRUN_IMAGES=\"$0/over/m/images\" rootfs=\"$rootfs\" r=\"$r\" sh -c '" + script + "' 2>&1";
        return Launcher.execute(
                        List.of(
                                "unshare",
                                "-m",
                                "sh",
                                "-ec",
                                whole,
                                folder.toString(),
                                Launcher.busybox().toString(),
                                program.toString()),
                        "")
                .out();
    }

    @Test
    void a_container_that_would_have_its_layer_there_is_refused_in_a_line_that_says_what_to_do() {
        String printed = printed(
                "0",
                "tar -C $rootfs -c . | $r import - app:1 > /dev/null; $r run app:1 echo never; $r run --ephemeral app:1"
                        + " echo here; $r create --name overlaid app:1 true; $r cp /etc/hostname overlaid:/f;"
                        + " $r rm -f overlaid");
        List<String> lines = printed.lines()
                .map(line ->
                        line.replaceFirst("rustyrun: (init failed to enter overlay of 1 layer and \\S+ \\S+: )?", ""))
                .toList();
        assertEquals(List.of(WHY, "here", "overlaid", WHY), lines, printed);
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void an_ordinary_user_reads_the_same_line() {
        String printed = printed(
                "65534",
                "tar -C $rootfs -c . 2> /dev/null | $r import - app:1 > /dev/null; $r run app:1 echo never;"
                        + " $r run --ephemeral app:1 echo here");
        List<String> lines = printed.lines()
                .filter(line -> !line.endsWith("(shown once)"))
                .map(line -> line.replaceFirst(".*: (?=the image)", ""))
                .toList();
        assertEquals(List.of(WHY, "here"), lines, printed);
    }
}
