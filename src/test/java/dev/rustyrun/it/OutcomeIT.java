package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The outcome of a container, as stderr and the result file report it. Needs root. */
class OutcomeIT {

    private Path file;

    @BeforeEach
    void prepare() throws IOException {
        Launcher.requireRoot();
        file = Files.createTempFile("rustyrun-it", ".json");
    }

    @AfterEach
    void clean() throws IOException {
        Files.deleteIfExists(file);
        Host.expectNothingLeft("never-started");
    }

    private JsonNode result() throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private Launcher.Result run(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "--result";
        all[1] = file.toString();
        System.arraycopy(options, 0, all, 2, options.length);
        return Launcher.run(all);
    }

    @Test
    void a_command_that_exits_is_reported_with_its_times_and_its_memory() throws IOException {
        run("--command", "/bin/sh", "-c", "head -c 20m /dev/zero | tail -c 1 > /dev/null; exit 3")
                .expect(3);
        JsonNode result = result();
        assertEquals("exited", result.get("reason").asText());
        assertEquals(3, result.get("exitCode").asInt());
        assertFalse(result.has("signal"));
        assertTrue(result.get("wallMicros").asLong() > result.get("cpuMicros").asLong() / 2, result.toString());
        assertTrue(result.get("peakMemoryBytes").asLong() > 100_000, result.toString());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_command_that_a_signal_ends_names_the_signal() throws IOException {
        // PID 1 cannot kill itself, so the signal comes from outside.
        run("--init", "--command", "/bin/sh", "-c", "kill -TERM $$").expect(143);
        assertEquals("exited", result().get("reason").asText(), "the reaper was PID 1, and exited: " + result());
        Process started = Launcher.start("--result", file.toString(), "--command", "sleep", "5757");
        Host.eventually(
                "the command runs",
                () -> Host.processes().values().stream().anyMatch(words -> words.startsWith("sleep 5757")));
        long init = Host.processes().entrySet().stream()
                .filter(e -> e.getValue().startsWith("sleep 5757"))
                .findFirst()
                .orElseThrow()
                .getKey();
        Host.signal(init, "KILL");
        try {
            assertEquals(137, started.waitFor());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertEquals("signalled", result().get("reason").asText());
        assertEquals(9, result().get("signal").asInt());
    }

    @Test
    void a_container_that_runs_too_long_is_killed_with_all_its_processes() throws IOException {
        Launcher.Result result = run("--timeout", "0.7", "--command", "/bin/sh", "-c", "sleep 6868 & sleep 6868")
                .expect(137);
        assertEquals("rustyrun: killed: it ran longer than 0.7 s\n", result.err());
        assertEquals("timeout", result().get("reason").asText());
        assertTrue(result().get("wallMicros").asLong() >= 700_000, result().toString());
        Host.expectNothingLeft("6868");
    }

    @Test
    void running_out_of_memory_is_named_with_the_limit() throws IOException {
        Launcher.Result result = run("--memory", "24m", "--command", "/bin/sh", "-c", "head -c 200m /dev/zero | tail")
                .expect(137);
        assertTrue(result.err().endsWith("rustyrun: killed: out of memory (limit 24 MiB)\n"), result.err());
        assertEquals("oom", result().get("reason").asText());
    }

    @Test
    void a_refused_process_is_named_with_the_limit() throws IOException {
        Launcher.Result result = run(
                        "--pids-limit",
                        "4",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "for i in 1 2 3 4 5 6; do sleep 5 & done; exit 0")
                .expect(2);
        assertTrue(
                result.err().endsWith("rustyrun: the container reached its process limit (4); raise --pids-limit\n"),
                result.err());
        assertEquals("pids-limit", result().get("reason").asText());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_that_cannot_be_made_says_why_there_too() throws IOException {
        run("--volume", "/nowhere:/x", "--command", "true").expect(125);
        assertEquals("setup-failed", result().get("reason").asText());
        assertTrue(result().get("message").asText().contains("/nowhere"), result().toString());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void wrong_values_are_refused_before_anything_is_started() {
        assertTrue(Launcher.run("--timeout", "0", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--timeout 0"));
        assertTrue(Launcher.run("--result", "/no/such/folder/f", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("/no/such/folder is not a writable directory"));
    }
}
