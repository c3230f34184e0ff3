package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The cost of commands as counts instead of times: system calls, processes, bytes, page faults.
 * {@code launch-costs.txt} has the maximum for each command; lower it when a command becomes cheaper. Needs root and
 * strace.
 */
@NativeOnly("a JVM's own calls are many times as many, and never the same")
class LaunchCostIT {

    private static final Path COSTS = Launcher.baseDirectory().resolve("src/test/resources/launch-costs.txt");
    /** In percent: other kernels' cgroups and other builders' libraries cost a few more calls. */
    private static final int ALLOWANCE_PERCENT = 15;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Map<String, Long> expected(String command) throws IOException {
        Map<String, Long> costs = new TreeMap<>();
        for (String line : Files.readAllLines(COSTS)) {
            String[] words = line.split(" +");
            if (words.length == 3 && words[0].equals(command)) {
                costs.put(words[1], Long.parseLong(words[2]));
            }
        }
        return costs;
    }

    private static Map<String, Long> counted(List<String> words) {
        List<String> count = new ArrayList<>(List.of(
                "python3",
                Launcher.baseDirectory()
                        .resolve("src/test/scripts/count-launch")
                        .toString()));
        count.addAll(words);
        Map<String, Long> costs = new TreeMap<>();
        for (String line : Launcher.execute(count, "").expect(0).out().split("\n")) {
            String[] parts = line.split(" ");
            if (parts.length == 2 && parts[1].matches("[0-9]+")) {
                costs.put(parts[0], Long.parseLong(parts[1]));
            }
        }
        return costs;
    }

    private static void expectCosts(String command, List<String> words) throws IOException {
        Map<String, Long> expected = expected(command);
        Map<String, Long> counted = counted(words);
        assertEquals(expected.keySet(), counted.keySet(), command);
        counted.forEach((what, count) -> assertTrue(
                count * 100 <= expected.get(what) * (100 + ALLOWANCE_PERCENT),
                () -> command + " costs " + count + " " + what + ", and " + COSTS.getFileName() + " allows "
                        + expected.get(what) + ": all of it is " + counted));
        assertEquals(expected.get("processes"), counted.get("processes"), command + ": processes");
    }

    @Test
    void a_start_of_the_program() throws Exception {
        expectCosts("version", Launcher.command("version"));
    }

    @Test
    void a_launch_from_the_command_line() throws Exception {
        expectCosts("run", Launcher.runCommand("--command", "/bin/true"));
    }

    @Test
    void a_launch_from_a_bundle() throws Exception {
        try (OciBundle bundle = new OciBundle("/bin/true")) {
            expectCosts(
                    "bundle",
                    bundle.command("run", "--bundle", bundle.directory().toString(), "cost-it"));
        }
    }

    @Test
    void an_exec() throws Exception {
        try (OciBundle bundle = new OciBundle("/bin/sleep", "31000")) {
            bundle.rustyrun("run", "--detach", "--bundle", bundle.directory().toString(), "cost-it")
                    .expect(0);
            expectCosts("exec", bundle.command("exec", "cost-it", "/bin/true"));
            bundle.rustyrun("delete", "--force", "cost-it").expect(0);
        }
    }
}
