package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container as seen from inside and from the host. Needs root. */
class RunIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void init_is_pid_one_and_sees_only_its_own_processes() {
        Launcher.Result result = Launcher.sh("echo pid $$; ps -o pid,args").expect(0);
        List<String> lines = result.out().lines().toList();
        assertEquals("pid 1", lines.get(0));
        assertTrue(lines.get(2).trim().matches("1 (\\{.*} )?/bin/sh -c .*"), result.out());
        assertTrue(lines.size() <= 4, result.out());
    }

    @Test
    void a_word_of_the_command_that_looks_like_a_request_for_help_is_the_commands() {
        for (String word : List.of("-h", "--explain")) {
            assertEquals(
                    word + "\n",
                    Launcher.run("--command", "/bin/sh", "-c", "echo \"$1\"", "sh", word)
                            .expect(0)
                            .out());
        }
    }

    @NativeOnly("a JVM cannot enter a container")
    @Test
    void a_word_of_the_command_of_exec_that_looks_like_a_request_for_help_is_the_commands() throws IOException {
        try (OciBundle bundle = new OciBundle("/bin/sleep", "31000")) {
            bundle.rustyrun("run", "--detach", "--bundle", bundle.directory().toString(), "help-it")
                    .expect(0);
            for (String word : List.of("-h", "--help", "-V", "--version")) {
                assertEquals(
                        word + "\n",
                        bundle.rustyrun("exec", "help-it", "/bin/sh", "-c", "echo \"$1\"", "sh", word)
                                .expect(0)
                                .out());
            }
            bundle.rustyrun("delete", "--force", "help-it").expect(0);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void hostname_is_the_containers_and_the_host_stays_as_it_was() {
        Host.State before = Host.state();
        assertEquals(
                "rustyrun-container\n",
                Launcher.run("--command", "/bin/hostname").expect(0).out());
        assertEquals(
                "box\n",
                Launcher.run("--hostname", "box", "--command", "/bin/hostname")
                        .expect(0)
                        .out());
        assertEquals(before, Host.state());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_unset_variable_is_left_out_unless_it_is_given_a_value() {
        String variables = Launcher.run(
                        "--unsetenv", "HOSTNAME", "--unsetenv", "B", "-e", "B=new", "--command", "/bin/env")
                .expect(0)
                .out();
        assertFalse(variables.contains("HOSTNAME"), variables);
        assertTrue(variables.contains("PATH=") && variables.contains("B=new\n"), variables);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_command_has_the_requested_personality() {
        assertEquals(
                "i686\n",
                Launcher.run("--personality", "LINUX32", "--command", "/bin/uname", "-m")
                        .expect(0)
                        .out());
        assertTrue(Launcher.run("--personality", "BSD", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--personality \"BSD\" is not LINUX or LINUX32"));
    }

    @Test
    void each_namespace_is_new() {
        List<String> types = List.of("pid", "mnt", "uts", "ipc", "net", "cgroup");
        List<String> inside = Launcher.sh(
                        "cd /proc/1/ns; for t in " + String.join(" ", types) + "; do readlink $t; done")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertEquals(types.size(), inside.size(), inside::toString);
        for (int i = 0; i < types.size(); i++) {
            assertTrue(inside.get(i).startsWith(types.get(i) + ":["), inside::toString);
            assertNotEquals(Host.link(Path.of("/proc/self/ns/" + types.get(i))).toString(), inside.get(i));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void host_network_is_shared_only_when_asked_for() throws IOException {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        assertEquals(
                host,
                Launcher.run("--net", "host", "--command", "/bin/readlink", "/proc/1/ns/net")
                        .expect(0)
                        .out()
                        .strip());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void loopback_is_up_in_a_new_network() {
        String out =
                Launcher.sh("ip link show; ping -c 1 -W 2 127.0.0.1").expect(0).out();
        assertTrue(out.contains("lo: <LOOPBACK,UP,LOWER_UP>"), out);
        assertTrue(out.contains("1 packets received"), out);
        assertFalse(out.contains("2: "), "only lo: " + out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_file_made_inside_lands_in_the_rootfs() throws IOException {
        Path file = Launcher.busybox().resolve("hello.txt");
        Files.deleteIfExists(file);
        Launcher.sh("touch /hello.txt").expect(0);
        assertTrue(Files.exists(file));
        Files.delete(file);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void only_the_three_standard_descriptors_are_open() {
        String listing = Launcher.sh("ls /proc/self/fd").expect(0).out();
        assertEquals("0 1 2 3", String.join(" ", listing.lines().toList()), "3 is the listing's own");
    }

    @Test
    void descriptors_of_the_caller_do_not_reach_the_command() {
        List<String> command = Launcher.runCommand("--command", "/bin/ls", "/proc/self/fd");
        String quoted = String.join("' '", command);
        Launcher.Result result = Launcher.execute(List.of("sh", "-c", "exec 7</etc/passwd 9</; '" + quoted + "'"), "")
                .expect(0);
        assertEquals("0 1 2 3", String.join(" ", result.out().lines().toList()));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void dev_has_the_usual_devices_and_they_work() {
        String script = "echo x > /dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c"
                + " && head -c 4 /dev/random | wc -c && (echo x > /dev/full) 2>&1 | grep -c 'No space'"
                + "; for f in tty ptmx fd stdin stdout stderr; do ls -d /dev/$f; done"
                + "; stat -c %t:%T:%a /dev/null /dev/tty";
        String out = Launcher.sh(script).expect(0).out();
        assertEquals(
                "4\n4\n4\n1\n/dev/tty\n/dev/ptmx\n/dev/fd\n/dev/stdin\n/dev/stdout\n/dev/stderr\n1:3:666\n5:0:666\n",
                out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void kernel_file_systems_are_mounted_with_safe_options() {
        String mounts = Launcher.sh("cat /proc/mounts").expect(0).out();
        assertTrue(mounts.contains("proc /proc proc rw,nosuid,nodev,noexec"), mounts);
        assertTrue(mounts.contains("sysfs /sys sysfs ro,nosuid,nodev,noexec"), mounts);
        assertTrue(mounts.contains("devpts /dev/pts devpts rw,nosuid,noexec"), mounts);
        assertTrue(mounts.contains("shm /dev/shm tmpfs rw,nosuid,nodev,noexec"), mounts);
        assertTrue(mounts.contains("mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec"), mounts);
        Launcher.sh("touch /sys/x").expect(1);
        Launcher.sh("echo 1 > /proc/sys/kernel/panic").expect(1);
        Launcher.sh("echo x > /dev/shm/file").expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void masked_files_read_as_empty() {
        assertEquals(
                "0\n",
                Launcher.sh("cat /proc/keys /proc/timer_list | wc -c").expect(0).out());
    }

    @Test
    void capabilities_are_dockers_default_set() {
        String status = Launcher.sh("grep Cap /proc/self/status").expect(0).out();
        assertEquals(
                "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n"
                        + "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n",
                status);
    }

    @Test
    void the_command_has_no_blocked_or_ignored_signals() {
        String status = Launcher.run("--command", "/bin/grep", "-E", "Sig(Blk|Ign)", "/proc/self/status")
                .expect(0)
                .out();
        assertEquals("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", status);
    }

    @Test
    void the_host_root_cannot_be_reached() {
        String script = "cd /; cd ../../../..; ls -d .rustyrun-complete; cat /proc/1/mountinfo | wc -l";
        List<String> lines = Launcher.sh(script).expect(0).out().lines().toList();
        assertEquals(".rustyrun-complete", lines.get(0));
        assertTrue(Integer.parseInt(lines.get(1)) < 30, "only the container's mounts: " + lines);
    }

    @Test
    void environment_is_exactly_what_was_asked_for() {
        String out = Launcher.run(
                        "--env",
                        "A=1",
                        "-e",
                        "B=x=y",
                        "--env",
                        "A=2",
                        "--env",
                        "HOME=/h",
                        "--no-tty",
                        "--command",
                        "/bin/busybox",
                        "env")
                .expect(0)
                .out();
        assertEquals(
                "A=2\nB=x=y\nHOME=/h\nHOSTNAME=rustyrun-container\n"
                        + "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n",
                out.lines().sorted().reduce("", (all, line) -> all + line + "\n"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void user_and_working_directory_are_set() {
        assertEquals(
                "65534:65534 /work/dir\n",
                Launcher.run(
                                "--user",
                                "nobody",
                                "--workdir",
                                "/work/dir",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "echo $(id -u):$(id -g) $(pwd)")
                        .expect(0)
                        .out());
        assertEquals(
                "1234 5678\n",
                Launcher.run("-u", "1234:5678", "--command", "/bin/sh", "-c", "echo $(id -u) $(id -g)")
                        .expect(0)
                        .out());
        assertEquals(
                "CapEff:\t0000000000000000\n",
                Launcher.run("-u", "1234", "--command", "/bin/grep", "CapEff", "/proc/self/status")
                        .expect(0)
                        .out());
        Launcher.sh("rmdir /work/dir /work").expect(0);
    }

    @Test
    void words_after_command_are_never_options_of_rustyrun() {
        assertEquals(
                "-t --init --rootfs x -Xmx1g -Dx=y -XX:+Z -- $HOME\n",
                Launcher.run(
                                "--command",
                                "/bin/echo",
                                "-t",
                                "--init",
                                "--rootfs",
                                "x",
                                "-Xmx1g",
                                "-Dx=y",
                                "-XX:+Z",
                                "--",
                                "$HOME")
                        .expect(0)
                        .out());
        assertEquals("-t é\n", Launcher.run("/bin/echo", "-t", "é").expect(0).out(), "positional form");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void command_is_found_in_path() {
        assertEquals(
                "found\n", Launcher.run("--command", "echo", "found").expect(0).out());
    }

    @Test
    void stdin_reaches_the_command() {
        assertEquals(
                "from outside",
                Launcher.execute(Launcher.runCommand("--command", "cat"), "from outside")
                        .expect(0)
                        .out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void read_only_rootfs_refuses_writes_but_not_to_tmpfs() {
        Launcher.run("--read-only", "--command", "/bin/touch", "/x").expect(1);
        Launcher.run("--read-only", "--tmpfs", "/tmp", "--command", "/bin/sh", "-c", "touch /tmp/x /dev/shm/x")
                .expect(0);
    }

    @Test
    void the_reaper_is_pid_one_and_reaps_orphans() {
        String script = "(sleep 0.1 & exec true) ; sleep 0.4; ps -o pid,stat,args";
        String out = Launcher.run("--init", "--command", "/bin/sh", "-c", script)
                .expect(0)
                .out();
        assertTrue(out.lines().anyMatch(line -> line.trim().matches("1 +\\S+ +init")), out);
        assertFalse(out.contains("Z "), "no zombie: " + out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_reaper_exits_as_the_command_does() {
        Launcher.run("--init", "--command", "/bin/sh", "-c", "exit 7").expect(7);
        Launcher.run("--init", "--command", "/bin/sh", "-c", "kill -9 $$").expect(137);
        Launcher.run("--init", "--command", "/nowhere").expect(127);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void explain_prints_the_plan_and_runs_nothing() throws IOException {
        Path file = Launcher.busybox().resolve("explained");
        String plan = Launcher.run("--explain", "--command", "/bin/touch", "/explained")
                .expect(0)
                .out();
        assertFalse(Files.exists(file));
        for (String step : List.of(
                "child  unshare",
                "init   set hostname rustyrun-container",
                "init   pivot_root",
                "init   execute /bin/touch /explained")) {
            assertTrue(plan.contains(step), plan);
        }
        String explained = Launcher.run("--explain", "--why", "--command", "/bin/true")
                .expect(0)
                .out();
        assertTrue(explained.contains("pivot_root\n            # The rootfs becomes /"), explained);
        assertTrue(
                explained.matches("(?s).*pivot_root\n *# The rootfs[^\n]*\n *# A warm launch of a service has applied"
                        + "[^\n]*\n[^\n]*change to directory.*"),
                explained);
        Launcher.run("--why", "--command", "/bin/true").expect(125);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void trace_prints_each_step_and_its_time_on_stderr() {
        Launcher.Result result =
                Launcher.run("--trace", "--command", "/bin/true").expect(0);
        List<String> steps = result.err().lines().toList();
        assertTrue(
                steps.size() > 30 && steps.stream().allMatch(s -> s.matches("trace: (child|init) +[0-9]+ µs  .+")),
                result.err());
    }

    @Test
    void nothing_but_the_command_writes_to_stdout_or_stderr() {
        Launcher.Result result = Launcher.run("--command", "/bin/true").expect(0);
        assertEquals("", result.out() + result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_debian_root_file_system_runs_too() {
        Path debian = Launcher.debian();
        Launcher.Result result = Launcher.rustyrun(
                        "run",
                        "--rootfs",
                        debian.toString(),
                        "--command",
                        "/bin/bash",
                        "-c",
                        "cat /etc/debian_version; hostname; ls /proc | grep -c '^[0-9]'")
                .expect(0);
        assertTrue(result.out().matches("12[.0-9]*\nrustyrun-container\n[1-4]\n"), result.out());
    }

    @NativeOnly("once is enough: on a JVM it does the same")
    @Test
    void root_file_systems_get_is_repeatable_and_leaves_nothing_half_made() throws IOException {
        Path folder = Files.createTempDirectory("rustyrun-it");
        String get = Launcher.baseDirectory().resolve("root-file-systems/get").toString();
        Path made = folder.resolve("box");
        Launcher.execute(List.of(get, "busybox", made.toString()), "").expect(0);
        Launcher.execute(List.of(get, "busybox", made.toString()), "").expect(0);
        assertEquals(
                "works\n",
                Launcher.rustyrun("run", "--rootfs", made.toString(), "--command", "echo", "works")
                        .expect(0)
                        .out());
        String twoAtOnce = "\"$0\" busybox \"$1\" & \"$0\" busybox \"$1\" && wait $!";
        String twice = folder.resolve("twice").toString();
        Launcher.execute(List.of("sh", "-c", twoAtOnce, get, twice), "").expect(0);
        Path occupied = Files.createDirectory(folder.resolve("occupied"));
        Files.writeString(occupied.resolve("mine"), "");
        Launcher.execute(List.of(get, "busybox", occupied.toString()), "").expect(1);
        Launcher.execute(List.of(get, "plan9", folder.resolve("p").toString()), "")
                .expect(1);
        Launcher.execute(
                        List.of(
                                "env",
                                "PATH=/usr/bin:/bin",
                                "http_proxy=http://127.0.0.1:1",
                                "https_proxy=http://127.0.0.1:1",
                                get,
                                "alpine",
                                folder.resolve("alpine").toString()),
                        "")
                .expect(1);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of("box", "occupied", "twice"),
                    left.map(p -> p.getFileName().toString()).sorted().toList());
        }
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    @NativeOnly("once is enough: on a JVM it does the same")
    @Test
    void P9_rootfs_get_makes_the_same_without_a_checkout(@TempDir Path folder) {
        String made = folder.resolve("box").toString();
        assertEquals(
                "made " + made + "\n",
                Launcher.rustyrun("rootfs", "get", "busybox", made).expect(0).out());
        assertEquals(
                made + " already exists\n",
                Launcher.rustyrun("rootfs", "get", "busybox", made).expect(0).out());
        assertEquals(
                "works\n",
                Launcher.rustyrun("run", "--rootfs", made, "echo", "works")
                        .expect(0)
                        .out());
        String unknown = Launcher.rustyrun("rootfs", "get", "plan9", folder + "/p")
                .expect(125)
                .errorLine()
                .strip();
        assertEquals(
                "rustyrun: rootfs get: unknown root file system \"plan9\": use busybox, debian or alpine", unknown);
        assertTrue(Launcher.rustyrun("run", "--rootfs", folder + "/nowhere", "true")
                .expect(125)
                .errorLine()
                .contains("rustyrun rootfs get makes one"));
        List<String> here = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", folder.toString()));
        here.addAll(Launcher.command("rootfs", "get", "busybox"));
        assertEquals(
                "made root-file-systems/busybox-rootfs\n",
                Launcher.execute(here, "").expect(0).out());
    }
}
