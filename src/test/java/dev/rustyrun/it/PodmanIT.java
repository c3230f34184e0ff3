package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * podman and conmon with Rustyrun as their runtime, an independent client. The test uses its own storage with an image
 * of busybox that buildah builds. Needs root, podman and buildah.
 */
@NativeOnly("podman starts its runtime several times for each call, and joins mount namespaces, which a JVM cannot")
class PodmanIT {

    private static final String IMAGE = "localhost/rustyrun-busybox";
    /** podman's own default limits are higher than a container may set on some machines. */
    private static final List<String> MODEST =
            List.of("--network=none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024");

    private static Path storage;

    @BeforeAll
    static void makeImage() throws IOException {
        Launcher.requireRoot();
        for (String program : List.of("podman", "buildah", "busybox")) {
            Assumptions.assumeTrue(
                    Launcher.execute(List.of("sh", "-c", "command -v " + program), "")
                                    .exitCode()
                            == 0,
                    "needs " + program + ": apt-get install podman buildah busybox-static");
        }
        storage = Files.createTempDirectory("rustyrun-podman");
        String buildah = "buildah --root " + storage + "/root --runroot " + storage + "/run --storage-driver vfs ";
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                "c=$(" + buildah + "from scratch); m=$(" + buildah + "mount $c)\n"
                                        + "mkdir -p $m/bin $m/tmp $m/etc $m/data\n"
                                        + "cp $(command -v busybox) $m/bin/busybox\n"
                                        + "for a in $($m/bin/busybox --list); do [ $a = busybox ] || ln -s busybox $m/bin/$a; done\n"
                                        + "echo root:x:0:0::/:/bin/sh > $m/etc/passwd; echo user:x:1000:1000::/tmp:/bin/sh >> $m/etc/passwd\n"
                                        + buildah + "umount $c; " + buildah + "config --cmd sh $c; " + buildah
                                        + "commit -q $c " + IMAGE),
                        "")
                .expect(0);
    }

    @AfterAll
    static void removeStorage() {
        if (storage != null) {
            podman("rm", "--all", "--force", "--time", "1");
            podman("pod", "rm", "--all", "--force");
            Launcher.execute(List.of("rm", "-rf", storage.toString()), "");
        }
    }

    private static List<String> command(String... words) {
        // In the storage's folder, because conmon creates a file "oom" in podman's working directory.
        List<String> all = new ArrayList<>(List.of(
                "env",
                "--chdir=" + storage,
                "podman",
                "--root",
                storage + "/root",
                "--runroot",
                storage + "/run",
                "--storage-driver",
                "vfs",
                "--cgroup-manager",
                "cgroupfs",
                "--events-backend",
                "file",
                "--runtime",
                Launcher.command().get(0)));
        all.addAll(List.of(words));
        return all;
    }

    private static Launcher.Result podman(String... words) {
        return Launcher.execute(command(words), "");
    }

    /** {@code podman run} with these options, the image, and these arguments. */
    private static List<String> run(List<String> options, String... words) {
        List<String> all = command("run");
        all.addAll(MODEST);
        all.addAll(options);
        all.add(IMAGE);
        all.addAll(List.of(words));
        return all;
    }

    private static Launcher.Result once(List<String> options, String... words) {
        List<String> all = new ArrayList<>(options);
        all.add("--rm");
        return Launcher.execute(run(all, words), "");
    }

    private static void start(String name, String... words) {
        Launcher.execute(run(List.of("--detach", "--name", name), words), "").expect(0);
    }

    private static String status(String name) {
        return podman("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", name)
                .out()
                .strip();
    }

    @Test
    void run_reports_output_and_exit_code() {
        Launcher.Result result =
                once(List.of(), "sh", "-c", "echo out; echo err >&2; exit 7").expect(7);
        assertEquals("out\n", result.out());
        assertEquals("err\n", result.err());
    }

    @Test
    void stdin_reaches_the_command() {
        assertEquals(
                "typed",
                Launcher.execute(run(List.of("--rm", "-i"), "cat"), "typed")
                        .expect(0)
                        .out());
    }

    @Test
    void the_exit_code_shows_that_a_command_is_missing_or_cannot_be_executed() {
        once(List.of(), "no-such-program").expect(127);
        once(List.of(), "/etc/passwd").expect(126);
    }

    @Test
    void a_terminal_works() {
        try (Pty pty = new Pty()) {
            Process run = pty.start(run(List.of("--rm", "-t", "-i"), "sh"));
            pty.expect("#");
            pty.type("echo $((6 * 7)); exit 5\n");
            pty.expect("42");
            Host.eventually("it ends", () -> !run.isAlive());
            assertEquals(5, run.exitValue());
        }
    }

    @Test
    void logs_stop_with_its_grace_and_rm() {
        start("web", "sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
        Host.eventually("it is up", () -> podman("logs", "web").out().contains("up"));
        podman("stop", "--time", "20", "web").expect(0);
        assertEquals("exited 3", status("web"));
        assertEquals("up\nbye\n", podman("logs", "web").out());
        podman("rm", "web").expect(0);
    }

    @Test
    void stop_kills_a_container_that_ignores_the_signal_and_kill_accepts_signals() {
        start("deaf", "sleep", "1000");
        podman("stop", "--time", "1", "deaf").expect(0);
        assertEquals("exited 137", status("deaf"));
        start("usr", "sh", "-c", "trap 'exit 9' USR1; echo up; while :; do sleep 0.05; done");
        Host.eventually("it is up", () -> podman("logs", "usr").out().contains("up"));
        podman("kill", "--signal", "USR1", "usr").expect(0);
        Host.eventually("it has ended", () -> status("usr").equals("exited 9"));
        podman("rm", "deaf", "usr").expect(0);
    }

    @Test
    void rm_force_ends_a_running_container() {
        start("gone", "sleep", "1000");
        podman("rm", "--force", "--time", "0", "gone").expect(0);
        assertEquals(1, podman("container", "exists", "gone").exitCode());
    }

    @Test
    void pause_and_unpause() {
        start("still", "sleep", "1000");
        podman("pause", "still").expect(0);
        assertTrue(status("still").startsWith("paused"));
        podman("unpause", "still").expect(0);
        assertTrue(status("still").startsWith("running"));
        podman("rm", "--force", "--time", "0", "still").expect(0);
    }

    @Test
    void exec_runs_in_the_container() {
        start("more", "sleep", "1000");
        assertEquals(
                "1000\n",
                podman("exec", "--user", "user", "more", "id", "-u").expect(0).out());
        podman("exec", "more", "sh", "-c", "exit 4").expect(4);
        podman("exec", "more", "no-such-program").expect(127);
        assertEquals(
                "in",
                Launcher.execute(command("exec", "-i", "more", "cat"), "in")
                        .expect(0)
                        .out());
        try (Pty pty = new Pty()) {
            Process exec = pty.start(command("exec", "-it", "more", "sh"));
            pty.expect("#");
            pty.type("tty; exit 6\n");
            pty.expect("/dev/pts/");
            Host.eventually("it ends", () -> !exec.isAlive());
            assertEquals(6, exec.exitValue());
        }
        podman("rm", "--force", "--time", "0", "more").expect(0);
    }

    @Test
    void read_only_limits_users_and_volumes() throws IOException {
        assertTrue(once(List.of("--read-only"), "touch", "/x").expect(1).err().contains("Read-only"));
        assertEquals(
                "1000\n", once(List.of("--user", "user"), "id", "-u").expect(0).out());
        Path shared = Files.createDirectory(storage.resolve("shared"));
        once(List.of("--volume", shared + ":/data"), "touch", "/data/made").expect(0);
        assertTrue(Files.exists(shared.resolve("made")));
        once(List.of("--memory", "32m"), "sh", "-c", "x=x; while :; do x=$x$x; done")
                .expect(137);
        assertEquals(
                "box\n",
                once(List.of("--hostname", "box"), "hostname").expect(0).out());
        assertEquals(
                "1\n",
                once(List.of("--init"), "sh", "-c", "ls /proc | grep -c '^1$'")
                        .expect(0)
                        .out());
    }

    @Test
    void stats_show_resource_usage() {
        start("used", "sleep", "1000");
        assertEquals(
                "1\n",
                podman("stats", "--no-stream", "--format", "{{.PIDS}}", "used")
                        .expect(0)
                        .out());
        podman("rm", "--force", "--time", "0", "used").expect(0);
    }

    @Test
    void C16_a_volume_maps_ids_as_it_says() throws IOException {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "rustyrun-c16");
        try {
            Files.createFile(data.resolve("made"));
            String volume = data + ":/data:idmap=uids=0-7-100;gids=0-9-100";
            assertEquals(
                    "7 9\n",
                    once(List.of("--volume", volume), "stat", "-c", "%u %g", "/data/made")
                            .expect(0)
                            .out());
        } finally {
            Launcher.execute(List.of("rm", "-r", data.toString()), "");
        }
    }

    @Test
    void C16_an_annotation_keeps_the_callers_groups() {
        for (String groups : List.of("5,7", "0")) {
            List<String> command = new ArrayList<>(List.of("setpriv", "--groups", groups));
            List<String> options = new ArrayList<>(List.of("--rm"));
            options.addAll(groups.equals("0") ? List.of() : List.of("--annotation", "run.oci.keep_original_groups=1"));
            command.addAll(run(options, "sh", "-c", "grep Groups /proc/self/status"));
            String expected = groups.equals("0") ? "" : "5 7";
            assertEquals(
                    "Groups:" + (expected.isEmpty() ? "" : "\t" + expected),
                    Launcher.execute(command, "").expect(0).out().strip());
        }
    }

    @Test
    void C16_systemd_can_make_cgroups() {
        String script = "mkdir /sys/fs/cgroup/systemd/made && rmdir /sys/fs/cgroup/systemd/made && echo made";
        Assumptions.assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/systemd")), "on cgroup v2 the group is at the root");
        assertEquals(
                "made\n",
                once(List.of("--systemd=always"), "sh", "-c", script).expect(0).out());
    }

    /** podman joins a network namespace by its path, and sets a kernel parameter in it by default. */
    @Test
    void C1_a_run_with_a_network_and_the_default_sysctls() {
        String parameter = "net.ipv4.ping_group_range=0 0";
        String file = "/proc/sys/net/ipv4/ping_group_range";
        List<String> bridged = command(
                "run", "--rm", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--network=bridge");
        bridged.addAll(List.of("--sysctl", parameter, IMAGE, "cat", file));
        Launcher.Result bridge = Launcher.execute(bridged, "");
        Assumptions.assumeFalse(
                bridge.err().contains("netavark") || bridge.err().contains("cni"),
                "podman can make no bridge here: " + bridge.err());
        assertEquals("0\t0\n", bridge.expect(0).out());
    }

    @Test
    void C4_a_container_joins_the_user_namespace_of_another_one() {
        String map = "0:100000:65536";
        Launcher.execute(
                        run(List.of("--detach", "--name", "owner", "--uidmap", map, "--gidmap", map), "sleep", "1000"),
                        "")
                .expect(0);
        assertEquals(
                "0\n 0 100000 65536\n0\n",
                once(
                                List.of("--userns=container:owner"),
                                "sh",
                                "-c",
                                "id -u; tr -s ' ' < /proc/self/uid_map; touch /tmp/x; stat -c %u /tmp/x")
                        .expect(0)
                        .out());
        // podman may fail to unmount the owner's shared memory because it is busy, with other runtimes too.
        podman("rm", "--force", "--time", "0", "owner");
    }

    @Test
    void two_containers_of_a_pod_see_each_other() throws IOException {
        Path settings = Files.writeString(
                storage.resolve("containers.conf"),
                "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\nnetns = \"none\"\n");
        List<String> create = new ArrayList<>(List.of("env", "CONTAINERS_CONF=" + settings));
        create.addAll(command(
                "pod",
                "create",
                "--name",
                "pod",
                "--infra-image",
                IMAGE,
                "--infra-command",
                "sleep 1000",
                "--network",
                "none",
                "--share",
                "ipc,net,uts,pid"));
        Launcher.execute(create, "").expect(0);
        List<String> limits = List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--pod", "pod");
        List<String> first = command("run", "--detach");
        first.addAll(limits);
        first.addAll(List.of(IMAGE, "sleep", "2000"));
        Launcher.execute(first, "").expect(0);
        List<String> second = command("run", "--rm");
        second.addAll(limits);
        second.addAll(List.of(IMAGE, "ps"));
        String processes = Launcher.execute(second, "").expect(0).out();
        assertTrue(processes.contains("sleep 1000") && processes.contains("sleep 2000"), processes);
        podman("pod", "rm", "--force", "--time", "0", "pod").expect(0);
    }
}
