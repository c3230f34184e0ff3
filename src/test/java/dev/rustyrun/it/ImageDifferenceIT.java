package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Images built by buildah: the tree in a container equals the tree that podman shows of the same archive, including
 * owners, modes, extended attributes and times. Needs root, buildah, podman and python3.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImageDifferenceIT {

    /**
     * The trees of each image: whiteouts in the root of an image, and everything else in one image, a directory for
     * each, because each image takes twenty commands.
     */
    private static final Map<String, String> IMAGES = Map.of(
            "root",
            "whiteouts",
            "directories",
            "modes,attributes,capabilities,links,whiteouts,opaque,names,times,kinds,contents");

    private static final Path SCRIPTS = Launcher.baseDirectory().resolve("src/test/scripts");

    private static Path folder;

    @BeforeAll
    static void makeFolder() throws IOException {
        Launcher.requireRoot();
        // In /var/tmp, because a file system on disk supports all extended attributes and times.
        folder = Files.createTempDirectory(Path.of("/var/tmp"), "rustyrun-it");
    }

    @AfterAll
    static void removeFolder() {
        if (folder != null) {
            script("for store in b p; do umount -l $store/overlay 2>/dev/null || true; done; cd /; rm -rf \"$OLDPWD\"")
                    .expect(0);
        }
    }

    private static Launcher.Result script(String text) {
        return Launcher.execute(
                List.of(
                        "env",
                        "RUSTYRUN_IMAGES=" + folder.resolve("store"),
                        "TMPDIR=" + folder,
                        "RUSTYRUN=" + Launcher.command().get(0) + " --root " + folder.resolve("state"),
                        "BUILDAH=buildah --root " + folder + "/b --runroot " + folder + "/br --storage-driver overlay",
                        "PODMAN=podman --root " + folder + "/p --runroot " + folder + "/pr --tmpdir " + folder
                                + "/pt --storage-driver overlay --cgroup-manager cgroupfs --events-backend file",
                        "SCRIPTS=" + SCRIPTS,
                        "BUSYBOX=" + Launcher.busybox(),
                        "sh",
                        "-euc",
                        "cd '" + folder + "'\n" + text),
                "");
    }

    @TestFactory
    Stream<DynamicTest> a_container_sees_what_podman_shows() {
        return IMAGES.entrySet().stream()
                .map(image -> DynamicTest.dynamicTest(image.getKey(), () -> compare(image.getKey(), image.getValue())));
    }

    private static void compare(String name, String trees) throws IOException {
        script("""
                from=scratch layer=0
                while true; do
                    c=$($BUILDAH from --pull-never $from)
                    if ! $SCRIPTS/build-trees TREES $layer "$($BUILDAH mount $c)"; then
                        $BUILDAH rm $c > /dev/null; break
                    fi
                    $BUILDAH commit -q $c @-$layer; $BUILDAH rm $c > /dev/null
                    from=@-$layer layer=$((layer + 1))
                done
                [ $layer -ge 2 ]
                $BUILDAH push -q $from docker-archive:@.tar:localhost/@:1
                $PODMAN load -q -i @.tar
                $SCRIPTS/list-tree "$($PODMAN image mount localhost/@:1)" > @.podman
                $PODMAN image umount localhost/@:1
                $RUSTYRUN load -i @.tar
                """.replace("@", name).replace("TREES", trees)).expect(0);
        Launcher.Result seen = script("""
                $RUSTYRUN run -d --rm --name @ -v $BUSYBOX/bin:/bin:ro localhost/@:1 /bin/sleep 4711
                pid=$($RUSTYRUN top --format '{{.PID}}' @)
                $SCRIPTS/list-tree /proc/$pid/root/ > @.rustyrun || failed=$?
                $RUSTYRUN rm -f @
                exit ${failed:-0}
                """.replace("@", name));
        seen.expect(0);
        Launcher.Result difference = script("diff @.podman @.rustyrun".replace("@", name));
        assertEquals("", difference.out(), name);
        assertTrue(Files.readAllLines(folder.resolve(name + ".podman")).size() > 3, "the tree has files");
    }
}
