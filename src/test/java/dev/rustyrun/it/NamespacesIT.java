package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Namespaces that are new, shared with the host, or joined from another container. Needs root. */
class NamespacesIT {

    private static final String LINKS = "for n in net pid ipc uts cgroup mnt; do readlink /proc/self/ns/$n; done";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void root_of_a_user_namespace_is_another_user_outside_and_owns_the_rootfs_inside() throws IOException {
        Path file = Launcher.busybox().resolve("of-the-container");
        try {
            String out = Launcher.run(
                            "--uidmap",
                            "0:100000:1000",
                            "--uidmap",
                            "1000:200000:1",
                            "--gidmap",
                            "0:300000:65536",
                            "--command",
                            "/bin/sh",
                            "-c",
                            """
                    cat /proc/self/uid_map /proc/self/gid_map; id -u; stat -c %u:%g /etc/passwd
                    touch /of-the-container; chown 5:6 /of-the-container; grep CapEff /proc/self/status
                    """)
                    .expect(0)
                    .out();
            assertEquals(
                    "0 100000 1000\n1000 200000 1\n0 300000 65536\n0\n0:0\nCapEff: 00000000a80425fb\n",
                    out.replaceAll("(?m)^ +", "").replaceAll("[ \t]+", " "));
            assertEquals(5, Files.getAttribute(file, "unix:uid"), "the rootfs's ids are mapped, both ways");
            assertEquals(6, Files.getAttribute(file, "unix:gid"));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void a_rootfs_and_a_volume_may_be_below_a_directory_that_only_root_can_enter(@TempDir Path closed)
            throws IOException {
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Path rootfs = closed.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        Files.writeString(Files.createDirectory(closed.resolve("data")).resolve("f"), "data\n");
        String[] words = {
            "run", "--rootfs", rootfs.toString(), "--uidmap", "0:100000:65536", "-v", closed.resolve("data") + ":/data"
        };
        List<String> command = new ArrayList<>(Launcher.command(words));
        command.addAll(List.of("--command", "sh", "-c", "touch /made; stat -c %u / /made; cat /data/f"));
        assertEquals("0\n0\ndata\n", Launcher.execute(command, "").expect(0).out());
        assertEquals(0, Files.getAttribute(rootfs.resolve("made"), "unix:uid"));
        // The overlay of --ephemeral is made by the container's root, which cannot enter the directory.
        command.add(command.indexOf("--uidmap"), "--ephemeral");
        String line = Launcher.execute(command, "").expect(125).errorLine();
        assertTrue(
                line.endsWith("EACCES (Permission denied); the container's root must be able to search each directory"
                        + " above it: chmod o+x them\n"),
                line);
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void a_process_of_a_user_namespace_is_no_root_on_the_host() throws IOException {
        Process run = Launcher.start(
                "--uidmap", "0:100000:65536", "--command", "/bin/sh", "-c", "echo ready; exec sleep 4712");
        assertEquals("ready", run.inputReader().readLine());
        Host.eventually(
                "the shell has become the command",
                () -> commandOf("sleep 4712 ").isPresent());
        assertEquals(
                100000,
                Files.getAttribute(Path.of("/proc/" + commandOf("sleep 4712 ").orElseThrow()), "unix:uid"));
        run.destroyForcibly();
        Host.expectEnded("sleep 4712");
    }

    private static Optional<Long> commandOf(String words) {
        return Host.processes().entrySet().stream()
                .filter(e -> e.getValue().equals(words))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void an_ephemeral_rootfs_in_a_user_namespace_is_roots_too() {
        assertEquals(
                "0:0\n",
                Launcher.run(
                                "--uidmap",
                                "0:100000:65536",
                                "--ephemeral",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "echo x >> /etc/passwd && stat -c %u:%g /etc/passwd")
                        .expect(0)
                        .out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0:100000|--user|1|user 1 is not mapped in the user namespace",
                "0:100000:0|--user|0|is empty or goes beyond",
                "0:100000:5:6|--user|0|is not CONTAINER:HOST:SIZE",
                "-1:100000:5|--user|0|is not an id",
                "0:1:10|--uidmap|5:100:1|overlaps",
                "0:100000:65536|--userns|host|--uidmap and --gidmap require --userns new"
            })
    void an_invalid_mapping_is_refused(String map, String option, String value, String words) {
        Launcher.Result result = Launcher.run("--uidmap=" + map, option + "=" + value, "--command", "true")
                .expect(125);
        assertTrue(result.errorLine().contains(words), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void clocks_run_ahead_by_the_time_offsets() {
        String[] uptimes = Launcher.run(
                        "--time-offset",
                        "boottime=10000000",
                        "--time-offset",
                        "monotonic=5",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cut -d. -f1 /proc/uptime")
                .expect(0)
                .out()
                .split("\n");
        double here = Double.parseDouble(Host.read("/proc/uptime").split(" ")[0]);
        double ahead = Double.parseDouble(uptimes[0]) - here;
        assertTrue(ahead > 9_999_900 && ahead < 10_000_100, "ahead by " + ahead);
        for (String wrong : List.of("boottime", "realtime=5", "boottime=x", "boottime=99999999999")) {
            Launcher.run("--time-offset", wrong, "--command", "true")
                    .expect(125)
                    .errorLine();
        }
    }

    @Test
    void a_container_joins_the_namespaces_of_a_running_one() throws IOException {
        String name = "it-join-" + ProcessHandle.current().pid();
        Process first = Launcher.start(
                "--name",
                name,
                "--hostname",
                "first",
                "--command",
                "/bin/sh",
                "-c",
                LINKS + "; sleep 4713 & echo ready; read end");
        var out = first.inputReader();
        List<String> namespaces =
                out.lines().takeWhile(line -> !line.equals("ready")).toList();
        String of = "container:" + name;
        List<String> joined = Launcher.run(
                        "--net",
                        of,
                        "--pid",
                        of,
                        "--ipc",
                        of,
                        "--uts",
                        of,
                        "--cgroupns",
                        of,
                        "--command",
                        "/bin/sh",
                        "-c",
                        LINKS + "; hostname; ps | grep -c 'sleep [4]713$'; kill -0 1 && echo seen")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertEquals(namespaces.subList(0, 5), joined.subList(0, 5));
        assertNotEquals(namespaces.get(5), joined.get(5), "its files are its own");
        assertEquals("seen", joined.get(8), "PID 1 is the first container's");
        assertEquals(List.of("first", "1"), joined.subList(6, 8), "a joined host name stays as it is");
        String pid = Host.onlyChildOf(first.pid())
                .flatMap(Host::onlyChildOf)
                .orElseThrow()
                .toString();
        assertEquals(
                namespaces.get(0),
                Launcher.run("--net", "path:/proc/" + pid + "/ns/net", "--command", "readlink", "/proc/self/ns/net")
                        .expect(0)
                        .out()
                        .strip());
        first.outputWriter().append("end\n").flush();
        Host.expectEnded("sleep 4713");
        Host.eventually(
                "the container's state is removed",
                () -> Launcher.run("--pid", of, "--command", "true")
                        .errorLine()
                        .contains("no running container has this id"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--pid|container:nosuch|no running container has this id",
                "--net|path:/no/such|ENOENT",
                "--net|path:relative|must be one of none, private, cni:NAME, host, container:ID and path:/FILE",
                "--ipc|path:/etc/passwd|EINVAL",
                "--uts|container:../x|container id \"../x\" must be",
                "--net|path:/proc/self/ns/uts|EINVAL"
            })
    void a_namespace_that_cannot_be_joined_is_refused(String option, String value, String words) {
        Launcher.Result result =
                Launcher.run(option, value, "--command", "true").expect(125);
        assertTrue(result.errorLine().contains(words), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_hosts_namespaces_are_shared_on_request() throws IOException {
        List<String> inside = Launcher.run(
                        "--net",
                        "host",
                        "--pid",
                        "host",
                        "--ipc",
                        "host",
                        "--uts",
                        "host",
                        "--cgroupns",
                        "host",
                        "--command",
                        "/bin/sh",
                        "-c",
                        LINKS + "; ps | wc -l; hostname")
                .expect(0)
                .out()
                .lines()
                .toList();
        int at = 0;
        for (String type : List.of("net", "pid", "ipc", "uts", "cgroup")) {
            assertEquals(
                    Files.readSymbolicLink(Path.of("/proc/self/ns/" + type)).toString(), inside.get(at++));
        }
        assertTrue(Integer.parseInt(inside.get(6)) > 5, "the host's processes must be visible");
        assertEquals(Host.read("/proc/sys/kernel/hostname").strip(), inside.get(7));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void kernel_parameters_of_its_own_namespaces_are_set() {
        String here = Host.read("/proc/sys/kernel/shmmax");
        String out = Launcher.run(
                        "--sysctl",
                        "net.ipv4.ip_forward=1",
                        "--sysctl",
                        "kernel.shmmax=12345",
                        "--sysctl",
                        "net.ipv4.ip_unprivileged_port_start=80",
                        "--sysctl",
                        "fs.mqueue.msg_max=7",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cd /proc/sys; cat net/ipv4/ip_forward kernel/shmmax net/ipv4/ip_unprivileged_port_start"
                                + " fs/mqueue/msg_max")
                .expect(0)
                .out();
        assertEquals("1 12345 80 7", String.join(" ", out.lines().toList()));
        assertEquals(here, Host.read("/proc/sys/kernel/shmmax"));
    }

    /** C1 and C40: engines prepare the network of a pod before they create its containers. */
    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void kernel_parameters_of_a_joined_network_are_set() throws Exception {
        Process network = new ProcessBuilder("unshare", "-n", "sleep", "600").start();
        try {
            Path joined = Path.of("/proc/" + network.pid() + "/ns/net");
            Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            Host.eventually(
                    "the process is in a new network namespace",
                    () -> !Host.link(joined).equals(own));
            Launcher.run(
                            "--net",
                            "path:" + joined,
                            "--sysctl",
                            "net.ipv4.ip_unprivileged_port_start=0",
                            "--sysctl",
                            "net/ipv4/conf/lo/forwarding=1",
                            "--command",
                            "/bin/sh",
                            "-c",
                            "cd /proc/sys/net/ipv4; [ $(cat ip_unprivileged_port_start conf/lo/forwarding | tr -d '\\n') = 01 ]")
                    .expect(0);
        } finally {
            network.destroyForcibly();
        }
    }

    /** C25: the first separator decides whether "/" or "." separates the parts. */
    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_parameter_may_be_written_with_slashes() {
        String name = "net/ipv4/conf/lo/forwarding";
        String out = Launcher.run("--sysctl", name + "=1", "--command", "/bin/cat", "/proc/sys/" + name)
                .expect(0)
                .out();
        assertEquals("1", out.strip());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kernel.panic=1|none|belongs to the host",
                "vm.overcommit_memory=1|none|belongs to the host",
                "kernel.core_pattern=|none|belongs to the host",
                "net.ipv4.ip_forward=1|path:/proc/self/ns/net|would change the host",
                "net/ipv4/ip_forward=1|path:/proc/$$/ns/net|would change the host",
                "kernel/panic=1|none|belongs to the host",
                "net.ipv4.ip_forward=1|host|would change the host",
                "net/../kernel/panic=1|none|is not a dotted name",
                "net.nosuch=1|none|ENOENT",
                "net.ipv4.ip_forward=x|none|EINVAL",
                "net|none|is not NAME=VALUE"
            })
    void parameters_of_the_hosts_namespaces_are_refused(String parameter, String net, String words) {
        // A process of the host, but not PID 1: on some machines even root may not read that one's namespaces.
        String network = net.replace("$$", Long.toString(ProcessHandle.current().pid()));
        Launcher.Result result = Launcher.run("--sysctl", parameter, "--net", network, "--command", "true")
                .expect(125);
        assertTrue(result.errorLine().contains(words), result.err());
    }
}
