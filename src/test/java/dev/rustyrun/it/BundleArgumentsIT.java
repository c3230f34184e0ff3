package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arguments of commands for containers from bundles: nothing that is given is ignored. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class BundleArgumentsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void a_setting_of_the_configuration_is_no_option() {
        try (OciBundle bundle = new OciBundle("true")) {
            String directory = bundle.directory().toString();
            Map<List<String>, String> refused = Map.of(
                    List.of("run", "--allow", "example.org", "--bundle", directory, "box"),
                    "--allow has no effect with a bundle; set the annotation dev.rustyrun.allow in config.json",
                    List.of("create", "--memory", "64m", "--bundle", directory, "box"),
                    "--memory has no effect with a bundle; set linux.resources.memory.limit in config.json",
                    List.of("create", "--keep", "--bundle", directory, "box"),
                    "--keep cannot be used with create --bundle DIR");
            refused.forEach((words, message) -> {
                String line =
                        bundle.rustyrun(words.toArray(String[]::new)).expect(1).errorLine();
                assertTrue(line.contains(message), line);
            });
            assertEquals(List.of(), bundle.left());
        }
    }

    @Test
    void the_launch_of_a_bundle_is_traced_and_its_result_is_written() throws IOException {
        try (OciBundle bundle = new OciBundle("sh", "-c", "exit 7")) {
            Path result = bundle.file("result");
            Launcher.Result traced = bundle.rustyrun(
                            "run",
                            "--trace",
                            "--result",
                            result.toString(),
                            "--bundle",
                            bundle.directory().toString(),
                            "box")
                    .expect(7);
            assertTrue(traced.err().contains("pivot_root"), traced.err());
            assertEquals(
                    7,
                    new ObjectMapper()
                            .readTree(Files.readAllBytes(result))
                            .path("exitCode")
                            .asInt());
        }
    }

    @Test
    void an_option_of_bundles_is_refused_without_one() {
        String line = Launcher.rustyrun(
                        "run",
                        "--pid-file",
                        "/nowhere",
                        "--rootfs",
                        Launcher.busybox().toString(),
                        "true")
                .expect(125)
                .errorLine();
        assertTrue(line.contains("--pid-file requires --bundle DIR"), line);
    }

    @Test
    void an_option_of_the_command_is_refused_with_a_file_of_the_process() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            String line = bundle.rustyrun("exec", "--process", "/nowhere", "--user", "1000", "box")
                    .expect(255)
                    .errorLine();
            assertTrue(line.contains("--user has no effect with --process"), line);
        }
    }

    @Test
    void an_update_of_nothing_changes_nothing_as_in_runc() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("update", "box").expect(0);
            assertEquals("created", bundle.status("box"));
            String line = bundle.rustyrun("update", "other").expect(1).errorLine();
            assertTrue(line.contains("other"), line);
        }
    }

    @Test
    void the_statistics_have_the_time_on_each_processor() throws IOException {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/cpuacct/cpuacct.usage_percpu"))
                        || Files.exists(Path.of("/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage_percpu")),
                "cgroup v2 does not count it");
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            JsonNode usage = new ObjectMapper()
                    .readTree(bundle.rustyrun("events", "--stats", "box")
                            .expect(0)
                            .out())
                    .path("data")
                    .path("cpu")
                    .path("usage");
            long sum = 0;
            for (JsonNode each : usage.path("percpu")) {
                sum += each.asLong();
            }
            // The total is in whole microseconds.
            assertTrue(sum > 0 && sum / 1000 >= usage.path("total").asLong() / 1000, usage::toString);
            assertEquals(
                    usage.path("percpu").size(), usage.path("percpu_kernel").size(), usage::toString);
            assertEquals(usage.path("percpu").size(), usage.path("percpu_user").size(), usage::toString);
        }
    }
}
