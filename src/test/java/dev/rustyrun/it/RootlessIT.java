package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers of an ordinary user. Needs root to become that user. */
class RootlessIT {

    private static final String USER = "65534";
    private Path folder;
    private Path program;

    @BeforeEach
    void copyProgramAndRootfs() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
        sh(
                "rm -rf /tmp/rustyrun-65534; cp -a \"$1\" \"$0/rootfs\"; chown -R 65534:65534 \"$0/rootfs\"; chmod -R a+rX \"$0\"",
                folder.toString(),
                Launcher.busybox().toString());
    }

    @AfterEach
    void remove() {
        Host.expectNothingLeft("never-started");
        Launcher.execute(List.of("rm", "-rf", folder.toString(), "/tmp/rustyrun-" + USER), "")
                .expect(0);
    }

    private static void sh(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        command.addAll(List.of(arguments));
        Launcher.execute(command, "").expect(0);
    }

    private Launcher.Result asOrdinaryUser(String... options) {
        List<String> command = Launcher.asUser(USER, program.toString(), "run", "--rootfs", folder + "/rootfs");
        command.addAll(List.of(options));
        return Launcher.execute(command, "");
    }

    @JvmOnly
    @Test
    void on_a_jvm_the_error_requests_root_or_the_native_binary() {
        Launcher.Result result = asOrdinaryUser("--command", "true").expect(125);
        assertTrue(
                result.errorLine().contains("run needs root on a JVM: without root it needs a user namespace"),
                result.err());
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void an_ordinary_user_is_root_in_the_container_and_unchanged_outside() throws IOException {
        Launcher.Result result = asOrdinaryUser(
                        "--command",
                        "/bin/sh",
                        "-c",
                        "id -u; hostname; ps | wc -l; touch /made; cat /proc/self/uid_map; cat /dev/null; echo x > /dev/null;"
                                + " ls /dev/pts/ptmx; head -c 4 /dev/urandom | wc -c")
                .expect(0);
        List<String> lines = result.out().lines().toList();
        assertEquals("0", lines.get(0));
        assertEquals("rustyrun-container", lines.get(1));
        assertTrue(Integer.parseInt(lines.get(2)) <= 4, "only its own processes: " + result.out());
        assertEquals("0 65534 1", lines.get(3).trim().replaceAll(" +", " "));
        assertEquals("/dev/pts/ptmx", lines.get(4));
        assertEquals("4", lines.get(5));
        assertEquals(65534, Files.getAttribute(folder.resolve("rootfs/made"), "unix:uid"));
        assertTrue(
                result.errorLine().startsWith("rustyrun: warning: without root, containers have no cgroup"),
                result.err());
        assertEquals("", asOrdinaryUser("--command", "true").expect(0).err(), "the warning is shown once");
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void it_has_dockers_capabilities_inside_and_none_outside() {
        String out = asOrdinaryUser(
                        "--command",
                        "/bin/sh",
                        "-c",
                        "grep CapEff /proc/self/status; hostname changed; mount -t tmpfs x /tmp; echo $?")
                .expect(0)
                .out();
        assertTrue(out.startsWith("CapEff:\t00000000a80425fb"), out);
        assertFalse(out.endsWith("0\n"), "CAP_SYS_ADMIN is not among them: " + out);
    }

    /** The command line of {@code rustyrun exec} as the user, in a container of the user's own store. */
    private List<String> exec(String... words) {
        List<String> all = Launcher.asUser(USER, program.toString(), "--root", folder + "/state", "exec");
        all.addAll(List.of(words));
        return all;
    }

    private void expectToExecute(String id, long first, int missing, int wrong) throws Exception {
        String script = "id -u; hostname; readlink /proc/1/exe; cat /proc/self/uid_map; cat";
        Launcher.Result result =
                Launcher.execute(exec(id, "sh", "-c", script), "in").expect(0);
        List<String> lines = result.out().lines().toList();
        assertEquals(List.of("0", "inside", "/bin/busybox"), lines.subList(0, 3));
        assertEquals("0 65534 1", lines.get(3).trim().replaceAll(" +", " "));
        assertEquals("in", lines.get(4));
        assertEquals("", result.err());
        for (String namespace : List.of("mnt", "pid", "net", "uts", "ipc", "user", "cgroup")) {
            String path = "ns/" + namespace;
            assertEquals(
                    Host.link(Path.of("/proc/" + first, path)).toString(),
                    Launcher.execute(exec(id, "readlink", "/proc/self/" + path), "")
                            .expect(0)
                            .out()
                            .strip());
        }
        Launcher.execute(exec(id, "sh", "-c", "exit 7"), "").expect(7);
        Launcher.execute(exec(id, "no-such-program"), "").expect(missing);
        Path pid = folder.resolve("state/detached");
        Launcher.execute(exec("--detach", "--pid-file", pid.toString(), id, "sleep", "4714"), "")
                .expect(0);
        assertTrue(Host.processes().get(Long.parseLong(Files.readString(pid))).startsWith("sleep 4714"));
        Launcher.Result unmapped =
                Launcher.execute(exec("--user", "7", id, "true"), "").expect(wrong);
        assertTrue(unmapped.errorLine().contains("mapped in the user namespace"), unmapped.err());
        try (Pty pty = new Pty()) {
            Process shell = pty.start(exec("--tty", id, "sh"));
            pty.expect("#");
            pty.type("tty; exit 3\n");
            pty.expect("/dev/pts/");
            Host.eventually("it ends", () -> !shell.isAlive());
            assertEquals(3, shell.exitValue());
        }
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void C32_exec_joins_a_container_from_the_command_line() throws Exception {
        sh("mkdir $0 && chown 65534:65534 $0", folder + "/state");
        List<String> command = Launcher.asUser(
                USER,
                program.toString(),
                "--root",
                folder + "/state",
                "run",
                "--rootfs",
                folder + "/rootfs",
                "--name",
                "box");
        command.addAll(List.of("--hostname", "inside", "--command", "sh", "-c", "echo ready; exec sleep 4713"));
        Process run = new ProcessBuilder(command).start();
        try {
            assertEquals("ready", run.inputReader().readLine());
            expectToExecute("box", sleeper(), 127, 125);
        } finally {
            run.destroyForcibly().waitFor();
            Host.expectEnded("sleep 4714");
        }
    }

    private static long sleeper() {
        Host.expectRunning("sleep 4713");
        return Host.processes().entrySet().stream()
                .filter(one -> one.getValue().startsWith("sleep 4713"))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void C32_exec_joins_a_container_from_a_bundle() throws Exception {
        sh("mkdir $0/state; chown 65534:65534 $0 $0/state", folder.toString());
        rustyrun("spec", "--rootless", "--bundle", folder.toString());
        sh(
                "sed -i -e 's/\"terminal\" : true/\"terminal\" : false/' -e 's/\"sh\"/\"sleep\", \"4713\"/'"
                        + " -e 's/rustyrun-container/inside/' -e '/rlimits/,/} ],/d' $0/config.json",
                folder.toString());
        try {
            rustyrun("create", "--bundle", folder.toString(), "box");
            rustyrun("start", "box");
            expectToExecute("box", sleeper(), 255, 255);
        } finally {
            rustyrun("delete", "--force", "box");
            Host.expectEnded("sleep 4714");
        }
    }

    private void rustyrun(String... words) {
        List<String> all = Launcher.asUser(USER, program.toString(), "--root", folder + "/state");
        all.addAll(List.of(words));
        Launcher.execute(all, "").expect(0);
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void another_user_needs_an_id() {
        assertTrue(asOrdinaryUser("--user", "1", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("user 1 is not mapped in the user namespace, which has [0:65534:1]"));
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void a_tree_of_the_host_is_run_through_an_overlay() {
        List<String> command = List.of(
                "setpriv",
                "--reuid",
                USER,
                "--regid",
                USER,
                "--clear-groups",
                program.toString(),
                "run",
                "--rootfs",
                "/",
                "--command",
                "/bin/sh",
                "-c",
                "touch /tmp/x && id -u");
        assertEquals("0\n", Launcher.execute(command, "").expect(0).out());
        assertFalse(Files.exists(Path.of("/tmp/x")));
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void a_user_has_granted_ids_inside() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/newuidmap")), "needs newuidmap: apt-get install uidmap");
        // Grants subordinate ids for this test; they are taken back at its end.
        for (String file : List.of("/etc/subuid", "/etc/subgid")) {
            sh("touch $0 && cp -p $0 $0.rustyrun-it && echo nobody:200000:1000 >> $0", file);
        }
        try {
            String out = asOrdinaryUser(
                            "--user", "7:8", "--command", "/bin/sh", "-c", "id -u; id -g; cat /proc/self/uid_map")
                    .expect(0)
                    .out();
            assertEquals(
                    List.of("7", "8", "0 65534 1", "1 200000 1000"),
                    out.lines().map(line -> line.trim().replaceAll(" +", " ")).toList());
        } finally {
            for (String file : List.of("/etc/subuid", "/etc/subgid")) {
                sh("mv $0.rustyrun-it $0", file);
            }
        }
    }
}
