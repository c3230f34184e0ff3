package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many launches leave nothing behind. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class LeakIT {

    /** Fewer on a JVM, where a launch takes more than half a second; a leak would occur at each launch. */
    private static final int LAUNCHES = Launcher.isNative() ? 100 : 30;

    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void many_launches_leak_no_mount_process_namespace_or_file() throws IOException {
        Host.State before = Host.state();
        List<String> filesBefore = namesIn(TEMPORARY);
        for (int i = 0; i < LAUNCHES; i++) {
            Launcher.run("--command", "/bin/true").expect(0);
        }
        assertEquals(before, Host.state());
        Host.expectNothingLeft("never-started");
        List<String> made = new ArrayList<>(namesIn(TEMPORARY));
        made.removeAll(filesBefore);
        // Ignore folders of other test runs on this machine.
        made.removeIf(name -> name.startsWith("junit"));
        assertEquals(List.of(), made);
        // A process, a descriptor or a mount keeps a namespace alive. Of descriptors, sockets could be left.
        Host.eventually(
                "no network namespace is left",
                () -> Host.processes().keySet().stream()
                                .map(LeakIT::networkOf)
                                .distinct()
                                .filter(n -> !n.isEmpty())
                                .count()
                        == 1);
    }

    private static String networkOf(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
        } catch (IOException ended) {
            return "";
        }
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void the_stages_hold_only_the_descriptors_that_they_use_while_a_container_runs() throws Exception {
        Process run = Launcher.start("--command", "/bin/sh", "-c", "echo started; cat");
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("started", out.readLine());
            long child = Host.onlyChildOf(run.pid()).orElseThrow();
            for (long stage : List.of(run.pid(), child)) {
                List<String> open = ofOurs(stage);
                // Expected: signalfd, the socket between the stages, the checked store (in run), and the cgroups and
                // state that the child removes if run is killed.
                List<String> known = open.stream()
                        .filter(file ->
                                file.matches("anon_inode:\\[signalfd]|socket:.*|/run/rustyrun.*|/sys/fs/cgroup/.*"))
                        .toList();
                assertEquals(open, known);
                assertTrue(open.size() <= (stage == child ? 16 : 3), open.toString());
            }
            run.getOutputStream().close();
            assertEquals(0, run.waitFor());
        }
    }

    /** The descriptors that a stage has open, without its standard files and those of the JVM itself. */
    private static List<String> ofOurs(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors
                    .filter(fd -> Integer.parseInt(fd.getFileName().toString()) > 2)
                    .map(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString();
                        } catch (IOException closed) {
                            return "";
                        }
                    })
                    .filter(file -> !file.isEmpty() && !file.matches(".*(\\.jar|\\.jsa|/modules|/random|/urandom)"))
                    .toList();
        }
    }
}
