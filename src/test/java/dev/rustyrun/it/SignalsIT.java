package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signals sent to {@code run} reach the command. Needs root. */
class SignalsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void each_signal_reaches_the_command() throws Exception {
        expectDelivery(List.of("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "WINCH"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void each_signal_reaches_the_command_behind_a_reaper() throws Exception {
        expectDelivery(List.of("INT", "TERM", "USR2"), "--init");
    }

    /** Sends one signal after another to the same container; it exits when it has received all of them. */
    private static void expectDelivery(List<String> names, String... options) throws Exception {
        String traps = names.stream()
                .map(name -> "trap 'echo got " + name + "; n=$((n+1))' " + name + "; ")
                .collect(Collectors.joining());
        String script =
                "n=0; " + traps + "echo ready; while [ $n -lt " + names.size() + " ]; do sleep 0.05; done; exit 33";
        String[] arguments = new String[options.length + 4];
        System.arraycopy(options, 0, arguments, 0, options.length);
        System.arraycopy(new String[] {"--command", "/bin/sh", "-c", script}, 0, arguments, options.length, 4);
        Process process = Launcher.start(arguments);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("ready", out.readLine());
            for (String name : names) {
                Host.signal(process.pid(), name);
                assertEquals("got " + name, out.readLine());
            }
        }
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        assertEquals(33, process.exitValue());
    }

    @Test
    void a_signal_sent_while_the_stages_start_is_not_lost() throws Exception {
        String script = "trap 'exit 33' TERM; n=0; while [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done";
        Process process = Launcher.start("--init", "--command", "/bin/sh", "-c", script);
        Host.eventually("child runs", () -> Host.onlyChildOf(process.pid()).isPresent());
        Host.signal(process.pid(), "TERM");
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        assertTrue(process.exitValue() == 33 || process.exitValue() == 143, "exit " + process.exitValue());
    }

    @Test
    void an_interrupt_from_the_terminal_arrives_once_although_the_whole_process_group_gets_it() throws Exception {
        String script = "n=0; trap 'n=$((n+1))' INT; echo ready; i=0;"
                + " while [ $i -lt 10 ]; do sleep 0.1; i=$((i+1)); done; echo count $n";
        Process process = new ProcessBuilder(Stream.concat(
                                Stream.of("setsid"), Launcher.runCommand("--command", "/bin/sh", "-c", script).stream())
                        .toList())
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("ready", out.readLine());
            assertEquals(
                    0,
                    Launcher.execute(List.of("kill", "-INT", "--", "-" + process.pid()), "")
                            .exitCode());
            assertEquals("count 1", out.readLine());
        }
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    }
}
