package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spec} and {@code features}. Neither makes a container, so neither needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class BundleTemplateIT {

    @TempDir
    private Path bundle;

    @Test
    void spec_writes_a_config_json_and_never_over_another() throws IOException {
        Launcher.rustyrun("spec", "--bundle", bundle.toString()).expect(0);
        Path file = bundle.resolve("config.json");
        String first = Files.readString(file);
        assertTrue(first.contains("\"ociVersion\"") && first.contains("\"cgroup\""), first);
        String error = Launcher.rustyrun("spec", "--rootless", "--bundle", bundle.toString())
                .expect(1)
                .errorLine();
        assertEquals("rustyrun: " + file + " already exists: remove it first, or give another --bundle\n", error);
        assertEquals(first, Files.readString(file));
    }

    @Test
    void spec_for_a_user_has_a_user_namespace() throws IOException {
        Launcher.rustyrun("spec", "--rootless", "-b", bundle.toString()).expect(0);
        String config = Files.readString(bundle.resolve("config.json"));
        assertTrue(config.contains("uidMappings") && !config.contains("resources"), config);
    }

    @Test
    void spec_without_a_bundle_directory_is_refused() {
        String error = Launcher.rustyrun("spec", "-b", bundle.resolve("none").toString())
                .expect(1)
                .errorLine();
        assertTrue(error.endsWith("none is not a directory: create it first\n"), error);
    }

    @Test
    void features_prints_one_json_object() {
        String out = Launcher.rustyrun("features").expect(0).out();
        assertTrue(out.startsWith("{\n") && out.endsWith("}\n") && out.contains("\"ociVersionMax\""), out);
    }
}
