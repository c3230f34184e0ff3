package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rustyrun loads archives that buildah and skopeo write, and they read archives that Rustyrun saves. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImageArchiveIT {

    private static ImageTools tools;

    @BeforeAll
    static void build() throws IOException {
        tools = new ImageTools();
        tools.build("app");
        tools.sh("$BUILDAH push -q app docker-archive:docker.tar:example.com/app:1\n"
                        + "$BUILDAH push -q app oci-archive:oci.tar:example.com/app:1\n"
                        + "$BUILDAH push -q app oci:layout:example.com/app:1")
                .expect(0);
    }

    @AfterAll
    static void stop() throws IOException {
        if (tools != null) {
            tools.close();
        }
    }

    private static String configOf(String transport) {
        return tools.sh("skopeo inspect --config --raw " + transport + " | sha256sum | cut -c1-64")
                .expect(0)
                .out()
                .strip();
    }

    @Test
    void each_form_is_loaded_and_saved_from_files_and_pipes() {
        for (String load : List.of("-i docker.tar", "-i oci.tar", "-i layout", "< docker.tar", "< oci.tar")) {
            Launcher.Result loaded = tools.sh("$RUSTYRUN load " + load).expect(0);
            assertTrue(loaded.out().startsWith("Loaded image: example.com/app:1\n"), loaded.out());
            assertEquals(
                    configOf("docker-archive:docker.tar"),
                    tools.sh("$RUSTYRUN images -q --no-trunc").out().strip().replace("sha256:", ""));
            if (load.startsWith("-i")) {
                tools.sh("rm -rf s.tar o.tar o; $RUSTYRUN save example.com/app:1 > s.tar\n"
                                + "$RUSTYRUN save --format oci-archive -o o.tar example.com/app:1\n"
                                + "$RUSTYRUN save --format oci-dir -o o example.com/app:1")
                        .expect(0);
                for (String saved : List.of("docker-archive:s.tar", "oci-archive:o.tar", "oci:o")) {
                    assertEquals(configOf("docker-archive:docker.tar"), configOf(saved), load + " " + saved);
                }
            }
            // buildah's docker archives also contain the image's name in buildah's storage, so remove by id.
            tools.sh("$RUSTYRUN rmi -f $($RUSTYRUN images -q)").expect(0);
        }
        assertEquals("", tools.sh("find store/blobs store/partial -type f").out());
    }

    @Test
    void a_tree_becomes_an_image() {
        tools.sh("tar -C tree -cz . | $RUSTYRUN import -c 'CMD [\"/bin/one\"]' -c 'ENV X=y' - tree:1")
                .expect(0);
        tools.sh("$RUSTYRUN save -o tree.tar tree:1\n"
                        + "c=$($BUILDAH from docker-archive:tree.tar); m=$($BUILDAH mount $c); cmp $m/bin/one tree/bin/one\n"
                        + "$BUILDAH umount $c; $BUILDAH rm $c; $RUSTYRUN rmi tree:1")
                .expect(0);
    }

    @Test
    void a_broken_archive_is_refused_in_a_line() {
        tools.sh("head -c 3000 docker.tar > cut.tar; tar -C tree -cf rootfs.tar .");
        for (String archive : List.of("cut.tar", "rootfs.tar", "tree", "two", "absent", "/dev/null")) {
            Launcher.Result refused = tools.sh("$RUSTYRUN load -i " + archive).expect(125);
            assertTrue(refused.errorLine().startsWith("rustyrun: "), refused.err());
        }
        assertEquals("", tools.sh("find store -name 'new-*'").out());
    }
}
