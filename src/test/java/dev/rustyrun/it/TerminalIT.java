package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command's terminal, through a real pseudo-terminal. Needs root. */
class TerminalIT {

    private static final String CTRL_C = "\003";
    private static final String CTRL_Z = "\032";

    private Pty pty;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void openTerminal() {
        pty = new Pty();
    }

    @AfterEach
    void closeTerminal() {
        pty.close();
    }

    private static void expectExit(int code, Process process) throws InterruptedException {
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
        assertEquals(code, process.exitValue());
    }

    /** Waits until the command is not stopped and is its terminal's foreground job, which receives the keys. */
    private static void expectForeground(String command) {
        Host.eventually(
                command + " is in the foreground",
                () -> Host.processes().entrySet().stream()
                        .filter(process -> process.getValue().startsWith(command))
                        .anyMatch(process -> isForeground(process.getKey())));
    }

    private static boolean isForeground(long pid) {
        // man 5 proc: after the name in parentheses follow state, ppid, pgrp, session, tty_nr and tpgid.
        String[] fields = Host.read("/proc/" + pid + "/stat")
                .replaceFirst("(?s).*\\) ", "")
                .split(" ");
        return !fields[0].equals("T") && fields[2].equals(fields[5]);
    }

    @Test
    void a_shell_started_from_a_terminal_has_one_of_its_own_and_job_control() throws Exception {
        byte[] before = pty.mode().encode();
        Process run = pty.start(Launcher.runCommand("--command", "/bin/sh"));
        pty.expect("/ # ");
        pty.type("tty; ls -l /proc/self/fd/0 | grep -c /dev/pts/0; test -c /dev/console && echo has console\r");
        pty.expect("/dev/pts/0\r\n");
        pty.expect("1\r\nhas console\r\n/ # ");
        pty.type("sleep 999\r");
        pty.expect("sleep 999");
        expectForeground("sleep 999");
        pty.type(CTRL_Z);
        pty.expect("Stopped");
        pty.type("jobs\r");
        pty.expect("sleep 999");
        pty.type("fg\r");
        pty.expect("sleep 999");
        expectForeground("sleep 999");
        pty.type(CTRL_C);
        pty.expect("/ # ");
        pty.type("exit 3\r");
        expectExit(3, run);
        assertFalse(pty.screen().contains("job control turned off"), pty.screen());
        assertArrayEquals(before, pty.mode().encode(), "the user's terminal is as it was");
    }

    @Test
    void the_users_terminal_is_raw_during_the_run_and_restored_even_when_the_container_is_killed() throws Exception {
        byte[] before = pty.mode().encode();
        Process run = pty.start(Launcher.runCommand("--command", "/bin/sh", "-c", "echo started; sleep 999"));
        pty.expect("started");
        assertFalse(Arrays.equals(before, pty.mode().encode()), "raw");
        Host.signal(Host.onlyChildOf(run.pid()).orElseThrow(), "KILL");
        expectExit(137, run);
        assertArrayEquals(before, pty.mode().encode());
    }

    @Test
    void the_window_size_is_the_users_and_follows_it() throws Exception {
        pty.resize(33, 111);
        Process run = pty.start(Launcher.runCommand(
                "--command",
                "/bin/sh",
                "-c",
                "trap 'stty size; exit 5' WINCH; stty size; while :; do sleep 0.05; done"));
        pty.expect("33 111");
        pty.resize(44, 122);
        pty.expect("44 122");
        expectExit(5, run);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void no_tty_leaves_the_users_terminal_alone() throws Exception {
        byte[] before = pty.mode().encode();
        Process run = pty.start(Launcher.runCommand(
                "--no-tty",
                "--command",
                "/bin/sh",
                "-c",
                "ls /dev/pts; test -e /dev/console || echo no console; read line; echo got $line"));
        pty.expect("no console");
        assertArrayEquals(before, pty.mode().encode());
        pty.type("words\r");
        pty.expect("got words");
        expectExit(0, run);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_terminal_can_be_asked_for_without_having_one() {
        Launcher.Result result = Launcher.execute(
                        Launcher.runCommand(
                                "-t",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "tty; stty size; read line; echo got $line; exit 4"),
                        "words\n")
                .expect(4);
        // Input may be echoed at any moment before it is read.
        assertTrue(result.out().replaceFirst("words\r\n", "").contains("/dev/pts/0\r\n24 80\r\n"), result.out());
        assertTrue(result.out().contains("got words\r\n"), result.out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void all_output_arrives_before_the_end() {
        Launcher.Result result = Launcher.run(
                        "-t",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done")
                .expect(0);
        assertEquals(3000, result.out().lines().count());
        assertTrue(result.out().endsWith("line 2999\r\n"), "the last line was printed");
    }

    @Test
    void a_user_other_than_root_owns_the_terminal() throws Exception {
        Process run = pty.start(Launcher.runCommand(
                "--user",
                "1000:1000",
                "--command",
                "/bin/sh",
                "-c",
                "stat -c %u /dev/pts/0; echo written > /dev/pts/0; sleep 0.1"));
        pty.expect("1000\r\n");
        pty.expect("written");
        expectExit(0, run);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void behind_a_reaper_the_shell_has_job_control_too() throws Exception {
        Process run = pty.start(Launcher.runCommand("--init", "--command", "/bin/sh"));
        pty.expect("/ # ");
        pty.type("sleep 999\r");
        expectForeground("sleep 999");
        pty.type(CTRL_C);
        pty.expect("/ # ");
        pty.type("exit 6\r");
        expectExit(6, run);
        assertFalse(pty.screen().contains("job control turned off"), pty.screen());
    }
}
