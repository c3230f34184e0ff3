package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A container with {@code --allow} whose proxy cannot start, or has ended. */
class EgressProxyEndIT extends EgressContainers {

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_update_reports_that_the_proxy_was_killed() throws Exception {
        Process container = asking("policy7", "four.example.org", "four.example.org");
        try {
            assertEquals("the web", ask(container));
            Host.processes().forEach((pid, words) -> {
                if (words.contains(" proxy policy7 ")) {
                    Host.signal(pid, "KILL");
                }
            });
            Host.eventually("the proxy has ended", () -> proxies().isEmpty());
            String line =
                    update("policy7", "--allow", "four.example.org").expect(1).errorLine();
            assertTrue(line.contains("the proxy of container \"policy7\" has ended"), line);
            assertEquals("refused", ask(container));
        } finally {
            container.getOutputStream().close();
            container.waitFor();
        }
    }

    @NativeOnly("a JVM itself needs many threads")
    @Test
    void a_proxy_that_cannot_create_a_thread_reports_one_line() throws Exception {
        Path pids = Path.of("/sys/fs/cgroup/pids");
        Assumptions.assumeTrue(Files.exists(pids), "cgroup v1 has the controller pids");
        Path group = pids.resolve("rustyrun-crowded");
        Path errors = Files.createTempFile("rustyrun-errors", "");
        Files.createDirectory(group);
        try {
            List<String> words = new ArrayList<>(
                    List.of("sh", "-ec", "echo $$ > \"$0/cgroup.procs\"; exec \"$@\"", group.toString()));
            words.addAll(Launcher.runCommand(
                    "--name",
                    "policy9",
                    "--allow",
                    "four.example.org",
                    "--command",
                    "sh",
                    "-c",
                    "echo ready; while read go; do wget -qO- http://four.example.org/ || echo refused; done"));
            Process container = new ProcessBuilder(world.command(words))
                    .redirectError(errors.toFile())
                    .start();
            try {
                assertEquals("ready", readLine(container));
                // One process more, without a second thread.
                int more = Integer.parseInt(
                                Files.readString(group.resolve("pids.current")).strip())
                        + 1;
                Files.writeString(group.resolve("pids.max"), Integer.toString(more));
                assertEquals("refused", ask(container));
                assertEquals("refused", ask(container));
            } finally {
                container.getOutputStream().close();
                container.waitFor();
            }
            String told = Host.read(errors.toString());
            assertTrue(
                    told.contains("{\"event\":\"egress-failed\",\"container\":\"policy9\",\"reason\":\"no memory"),
                    told);
            assertEquals(
                    1, told.lines().filter(line -> !line.startsWith("wget: ")).count(), told);
        } finally {
            Files.delete(errors);
            Host.eventually(
                    "the group is empty",
                    () -> Host.read(group.resolve("cgroup.procs").toString()).isEmpty());
            Files.delete(group);
        }
    }

    /** Natively, the running program keeps all that its proxy needs; a JVM's archive is a file of the folder. */
    @Test
    void the_program_may_be_removed_before_the_first_connection() throws Exception {
        Path folder = Files.createTempDirectory("rustyrun-removed");
        Path errors = Files.createTempFile("rustyrun-errors", "");
        try {
            String program = Launcher.copyProgram(folder).toString();
            Process container = new ProcessBuilder(world.command(List.of(
                            program,
                            "run",
                            "--name",
                            "policy8",
                            "--rootfs",
                            Launcher.busybox().toString(),
                            "--allow",
                            "four.example.org",
                            "--command",
                            "sh",
                            "-c",
                            "echo ready; while read go; do wget -qO- http://four.example.org/ || echo refused; done")))
                    .redirectError(errors.toFile())
                    .start();
            try {
                assertEquals("ready", readLine(container));
                Launcher.execute(List.of("rm", "-r", folder.toString()), "").expect(0);
                // Another user may make a folder with this name, with a library that must not be loaded.
                Files.createDirectory(folder);
                Files.writeString(folder.resolve("libjffi-1.2.so"), "of another user");
                assertEquals(Launcher.isNative() ? "the web" : "refused", ask(container));
                assertEquals(Launcher.isNative() ? "the web" : "refused", ask(container));
            } finally {
                container.getOutputStream().close();
                container.waitFor();
            }
            List<String> told = Host.read(errors.toString())
                    .lines()
                    .filter(line -> line.startsWith("rustyrun: "))
                    .toList();
            assertEquals(Launcher.isNative() ? 0 : 1, told.size(), told::toString);
            assertTrue(
                    Launcher.isNative()
                            || told.get(0).contains("cannot start the proxy of policy8; its connections are refused"),
                    told::toString);
            assertFalse(Host.read(errors.toString()).contains("Exception"), () -> Host.read(errors.toString()));
        } finally {
            Launcher.execute(List.of("rm", "-rf", folder.toString(), errors.toString()), "");
        }
    }
}
