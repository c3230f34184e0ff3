package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL to any of the processes at any moment leaves nothing behind. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class KillIT {

    private static final String MARK = "98765.4321";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "child", "init"})
    void killing_a_stage_ends_the_container(String stage) throws Exception {
        expectEnd(stage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "child", "init"})
    void killing_a_stage_ends_a_container_with_a_reaper(String stage) throws Exception {
        expectEnd(stage, "--init");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "child", "init"})
    void killing_a_stage_ends_a_container_with_a_user(String stage) throws Exception {
        expectEnd(stage, "--user", "1000:1000");
    }

    private static void expectEnd(String stage, String... options) throws Exception {
        Host.State before = Host.state();
        String[] arguments = java.util.Arrays.copyOf(options, options.length + 3);
        System.arraycopy(new String[] {"--command", "sleep", MARK}, 0, arguments, options.length, 3);
        Process run = Launcher.start(arguments);
        Host.eventually(
                "the command runs",
                () -> Host.processes().values().stream().anyMatch(words -> words.startsWith("sleep " + MARK)));
        long child = Host.onlyChildOf(run.pid()).orElseThrow();
        long init = Host.onlyChildOf(child).orElseThrow();
        Host.signal(
                switch (stage) {
                    case "run" -> run.pid();
                    case "child" -> child;
                    default -> init;
                },
                "KILL");
        assertTrue(run.waitFor(120, TimeUnit.SECONDS));
        assertEquals(137, run.exitValue());
        Host.expectNothingLeft(MARK);
        assertEquals(before, Host.state());
    }

    @Test
    void killing_run_at_any_moment_of_a_launch_leaves_nothing() throws Exception {
        killAtRandomMoments(0);
    }

    @Test
    void killing_child_at_any_moment_of_a_launch_leaves_nothing() throws Exception {
        killAtRandomMoments(1);
    }

    @Test
    void killing_init_at_any_moment_of_a_launch_leaves_nothing() throws Exception {
        killAtRandomMoments(2);
    }

    /**
     * Kills a process at a random moment, 25 times. {@code depth} 0 is run itself, 1 its child, 2 the child's child. If
     * run ends before that process exists, its nearest ancestor is the target.
     */
    private static void killAtRandomMoments(int depth) throws Exception {
        Host.State before = Host.state();
        Random random = new Random(depth);
        int longest = Launcher.isNative() ? 15 : 600;
        for (int i = 0; i < 25; i++) {
            Process run = Launcher.start("--command", "sleep", MARK);
            TimeUnit.MICROSECONDS.sleep(random.nextInt(longest * 1000));
            long victim = run.pid();
            for (int d = 0; d < depth; d++) {
                long parent = victim;
                Host.eventually(
                        "a stage of depth " + depth,
                        () -> Host.onlyChildOf(parent).isPresent() || !run.isAlive());
                victim = Host.onlyChildOf(parent).orElse(parent);
            }
            ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
            assertTrue(run.waitFor(120, TimeUnit.SECONDS));
            Host.expectNothingLeft(MARK);
        }
        assertEquals(before, Host.state());
    }

    @Test
    void a_cgroup_that_is_in_use_is_refused_and_what_runs_in_it_lives() throws Exception {
        Path hierarchy = Stream.of("/sys/fs/cgroup/pids", "/sys/fs/cgroup")
                .map(Path::of)
                .filter(Files::isWritable)
                .findFirst()
                .orElseThrow();
        Path group = hierarchy.resolve("rustyrun-it-in-use");
        Files.createDirectories(group);
        Process other = new ProcessBuilder("sleep", MARK).start();
        try (OciBundle bundle = new OciBundle("true")) {
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(other.pid()));
            bundle.edit(config -> config.withObject("/linux").put("cgroupsPath", "/rustyrun-it-in-use"));
            Launcher.Result refused = bundle.create("in-use").expect(1);
            assertTrue(refused.errorLine().contains("is in use by other processes"), refused.err());
            assertTrue(other.isAlive());
            assertEquals(List.of(), bundle.left());
        } finally {
            other.destroyForcibly().waitFor();
            Host.eventually("the cgroup is empty", () -> group.toFile().delete());
        }
    }
}
