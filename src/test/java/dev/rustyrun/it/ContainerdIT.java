package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * containerd and its runc shim with Rustyrun as the shim's binary. The test starts its own containerd, with an image
 * of busybox that buildah builds. Needs root, containerd and buildah.
 */
@NativeOnly("containerd starts its runtime several times for each call, and joins mount namespaces, which a JVM cannot")
class ContainerdIT {

    private static final String IMAGE = "localhost/rustyrun-busybox:latest";

    private static Path folder;
    private static Process daemon;

    @BeforeAll
    static void startDaemon() throws IOException {
        Launcher.requireRoot();
        for (String program : List.of("containerd", "ctr", "buildah", "busybox")) {
            Assumptions.assumeTrue(
                    Launcher.execute(List.of("sh", "-c", "command -v " + program), "")
                                    .exitCode()
                            == 0,
                    "needs " + program + ": apt-get install containerd buildah busybox-static");
        }
        folder = Files.createTempDirectory("rustyrun-containerd");
        Path config = Files.writeString(
                folder.resolve("config.toml"),
                "version = 2\n"
                        + "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\nroot = \"" + folder
                        + "/root\"\nstate = \"" + folder
                        + "/state\"\n[grpc]\naddress = \"" + folder + "/socket\"\n[ttrpc]\naddress = \"" + folder
                        + "/socket.ttrpc\"\n");
        daemon = new ProcessBuilder("containerd", "--config", config.toString())
                .redirectOutput(folder.resolve("log").toFile())
                .redirectErrorStream(true)
                .start();
        String buildah = "buildah --root " + folder + "/b --runroot " + folder + "/r --storage-driver vfs ";
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                "c=$(" + buildah + "from scratch); m=$(" + buildah + "mount $c)\n"
                                        + "mkdir -p $m/bin; cp $(command -v busybox) $m/bin/busybox\n"
                                        + "for a in sh sleep ps id cat tty echo; do ln -s busybox $m/bin/$a; done\n"
                                        + buildah + "umount $c; " + buildah + "commit -q $c image; "
                                        + buildah + "push -q image oci-archive:" + folder + "/image.tar:" + IMAGE),
                        "")
                .expect(0);
        Host.eventually("containerd answers", () -> ctr("version").exitCode() == 0);
        ctr("images", "import", "--snapshotter", "native", folder + "/image.tar")
                .expect(0);
    }

    @AfterAll
    static void stopDaemon() throws Exception {
        if (daemon != null) {
            daemon.destroy();
            daemon.waitFor();
            Launcher.execute(List.of("rm", "-rf", folder.toString()), "");
        }
    }

    private static List<String> command(String... words) {
        List<String> all = new ArrayList<>(List.of("ctr", "--address", folder + "/socket"));
        all.addAll(List.of(words));
        return all;
    }

    private static Launcher.Result ctr(String... words) {
        return Launcher.execute(command(words), "");
    }

    private static String[] runWords(List<String> options, String id, String... words) {
        List<String> all = new ArrayList<>(
                List.of("run", "--runc-binary", Launcher.command().get(0), "--snapshotter", "native"));
        all.addAll(options);
        all.addAll(List.of(IMAGE, id));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    private static Launcher.Result run(List<String> options, String id, String... words) {
        return ctr(runWords(options, id, words));
    }

    private static String status(String id) {
        return ctr("tasks", "ls")
                .out()
                .lines()
                .filter(line -> line.startsWith(id + " "))
                .map(line -> line.replaceAll(".* ", ""))
                .findFirst()
                .orElse("none");
    }

    @Test
    void run_reports_output_and_exit_code() throws Exception {
        // The command waits for input, so that it ends only after its output was read: ctr loses the output of a
        // container that ends before ctr has opened the FIFO.
        Process one = new ProcessBuilder(
                        command(runWords(List.of("--rm"), "one", "sh", "-c", "echo hello; read line; exit 3")))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals("hello\n", new String(one.getInputStream().readNBytes(6), StandardCharsets.UTF_8));
        one.getOutputStream().write('\n');
        one.getOutputStream().flush();
        assertEquals(3, one.waitFor());
        run(List.of("--rm", "--memory-limit", "33554432"), "hungry", "sh", "-c", "x=x; while :; do x=$x$x; done")
                .expect(137);
    }

    @Test
    void a_task_is_paused_resumed_measured_killed_and_deleted() {
        run(List.of("--detach"), "task", "sleep", "1000").expect(0);
        assertEquals("RUNNING", status("task"));
        ctr("tasks", "pause", "task").expect(0);
        assertEquals("PAUSED", status("task"));
        ctr("tasks", "resume", "task").expect(0);
        assertEquals("RUNNING", status("task"));
        assertTrue(ctr("tasks", "metrics", "task").expect(0).out().contains("memory.usage_in_bytes")
                || ctr("tasks", "metrics", "task").out().contains("memory.usage"));
        ctr("tasks", "kill", "--signal", "KILL", "task").expect(0);
        Host.eventually("it has stopped", () -> status("task").equals("STOPPED"));
        ctr("tasks", "delete", "task");
        ctr("containers", "delete", "task").expect(0);
        assertEquals("none", status("task"));
    }

    @Test
    void exec_runs_in_the_task() {
        run(List.of("--detach"), "more", "sleep", "1000").expect(0);
        String processes = ctr("tasks", "exec", "--exec-id", "e1", "more", "sh", "-c", "ps; exit 4")
                .expect(4)
                .out();
        assertTrue(processes.contains("sleep 1000"), processes);
        ctr("tasks", "kill", "--signal", "KILL", "more").expect(0);
        Host.eventually("it has stopped", () -> status("more").equals("STOPPED"));
        ctr("tasks", "delete", "more");
        ctr("containers", "delete", "more").expect(0);
    }

    @Test
    void a_terminal_works() {
        try (Pty pty = new Pty()) {
            Process run = pty.start(List.of(
                    "ctr",
                    "--address",
                    folder + "/socket",
                    "run",
                    "--rm",
                    "--tty",
                    "--runc-binary",
                    Launcher.command().get(0),
                    "--snapshotter",
                    "native",
                    IMAGE,
                    "term",
                    "sh",
                    "-c",
                    "tty; exit 5"));
            pty.expect("/dev/pts/");
            Host.eventually("it ends", () -> !run.isAlive());
            assertEquals(5, run.exitValue());
        }
    }
}
