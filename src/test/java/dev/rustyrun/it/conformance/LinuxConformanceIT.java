package dev.rustyrun.it.conformance;

import static dev.rustyrun.it.conformance.Conformance.expectRefused;
import static dev.rustyrun.it.conformance.Conformance.json;
import static dev.rustyrun.it.conformance.Conformance.linux;
import static dev.rustyrun.it.conformance.Conformance.output;
import static dev.rustyrun.it.conformance.Conformance.process;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.it.Host;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.NativeOnly;
import dev.rustyrun.it.OciBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * config-linux.md: namespaces, devices, kernel parameters, paths, and defaults. Needs root and the native executable.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class LinuxConformanceIT {

    private static final Map<String, String> FILES = Map.of("network", "net", "mount", "mnt");

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    private static String own(String type) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/" + FILES.getOrDefault(type, type))) + "\n";
    }

    @Test
    @DisplayName("config-linux.md, Default Filesystems: proc, sysfs, devpts and shm of the template exist")
    void the_default_file_systems_exist() {
        assertEquals(
                "proc\nsysfs\ndevpts\ntmpfs\n",
                output(
                        config -> {},
                        "for path in /proc /sys /dev/pts /dev/shm; do awk -v p=$path '$2 == p {print $3}' /proc/mounts; done"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipc", "uts", "network", "pid", "cgroup"})
    @DisplayName("config-linux.md, Namespaces: one that is listed is new, one that is not is the runtime's")
    void a_namespace_is_new_or_inherited(String type) throws IOException {
        String link = "readlink /proc/self/ns/" + FILES.getOrDefault(type, type);
        assertNotEquals(
                own(type),
                output(
                        config -> {
                            Conformance.removeNamespace(config, type);
                            linux(config).withArray("namespaces").addObject().put("type", type);
                        },
                        link));
        assertEquals(
                own(type),
                output(
                        config -> {
                            Conformance.removeNamespace(config, type);
                            config.remove("hostname");
                        },
                        link));
    }

    @Test
    @DisplayName(
            "config-linux.md, Namespaces: one with a path is joined; a path of another type, or not absolute, is an error")
    void a_namespace_is_joined() throws Exception {
        try (OciBundle other = new OciBundle("sleep", "1000")) {
            other.create("other").expect(0);
            String pid = other.state("other").get("pid").asText();
            String joined = output(
                    config -> {
                        Conformance.removeNamespace(config, "network");
                        linux(config)
                                .withArray("namespaces")
                                .addObject()
                                .put("type", "network")
                                .put("path", "/proc/" + pid + "/ns/net");
                    },
                    "readlink /proc/self/ns/net");
            assertEquals(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")) + "\n", joined);
        }
        expectRefused(
                config -> {
                    Conformance.removeNamespace(config, "network");
                    linux(config)
                            .withArray("namespaces")
                            .addObject()
                            .put("type", "network")
                            .put("path", "/proc/self/ns/uts");
                },
                "EINVAL");
        expectRefused(
                config -> {
                    Conformance.removeNamespace(config, "network");
                    linux(config)
                            .withArray("namespaces")
                            .addObject()
                            .put("type", "network")
                            .put("path", "proc/self/ns/net");
                },
                "path");
    }

    @Test
    @DisplayName("config-linux.md, Namespaces: the same type twice is an error")
    void a_repeated_namespace_is_an_error() {
        expectRefused(
                config -> linux(config).withArray("namespaces").addObject().put("type", "pid"), "linux.namespaces");
    }

    @Test
    @DisplayName("config-linux.md, User namespace mappings: ids are mapped, and files keep their owners")
    void ids_are_mapped() {
        assertEquals(
                "         0     100000      65536\n",
                output(
                        config -> {
                            linux(config).withArray("namespaces").addObject().put("type", "user");
                            for (String map : List.of("uidMappings", "gidMappings")) {
                                linux(config).set(map, json("[{'containerID': 0, 'hostID': 100000, 'size': 65536}]"));
                            }
                        },
                        "cat /proc/self/uid_map"));
        assertNotEquals(100000, ownerOf(Launcher.busybox()));
    }

    private static int ownerOf(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("config-linux.md, Offset for Time Namespace: clocks have an offset")
    void clocks_are_set_off() {
        String out = output(
                config -> {
                    linux(config).withArray("namespaces").addObject().put("type", "time");
                    linux(config).putObject("timeOffsets").putObject("boottime").put("secs", 1_000_000_000);
                },
                "cut -d. -f1 /proc/uptime");
        assertTrue(Long.parseLong(out.strip()) >= 1_000_000_000, out);
    }

    @Test
    @DisplayName("config-linux.md, Devices: they are made with type, numbers, mode and owner, at any path")
    void devices_are_made() {
        assertEquals(
                "character special file 1 7 640 5 6\nfifo 0 0 600 0 0\n",
                output(
                        config -> linux(config)
                                .set(
                                        "devices",
                                        json(
                                                "[{'path': '/dev/deep/down', 'type': 'c', 'major': 1, 'minor': 7, 'fileMode': 416, 'uid': 5, 'gid': 6},"
                                                        + "{'path': '/dev/pipe', 'type': 'p', 'fileMode': 384}]")),
                        "stat -c '%F %t %T %a %u %g' /dev/deep/down /dev/pipe"));
    }

    @Test
    @DisplayName(
            "config-linux.md, Devices: a file that is there and is something else is an error; the same one is not")
    void a_device_in_the_way_is_an_error() {
        String device = "[{'path': '/dev/shm/made', 'type': '%s', 'major': 1, 'minor': %d}]";
        for (String other : List.of(device.formatted("c", 5), device.formatted("b", 7), device.formatted("p", 0))) {
            expectRefused(
                    config -> linux(config)
                            .set("devices", json(device.formatted("c", 7).replace("]", "," + other.substring(1)))),
                    "/dev/shm/made already exists and is a");
        }
        assertEquals(
                "1 7\n",
                output(
                        config -> linux(config)
                                .set(
                                        "devices",
                                        json(device.formatted("c", 7)
                                                .replace(
                                                        "]",
                                                        ","
                                                                + device.formatted("c", 7)
                                                                        .substring(1)))),
                        "stat -c '%t %T' /dev/shm/made"));
    }

    @Test
    @DisplayName("config-linux.md, Default Devices: they are supplied")
    void default_devices_are_supplied() {
        assertEquals(
                "1 3\n1 5\n1 7\n1 8\n1 9\n5 0\n",
                output(
                        config -> {},
                        "stat -c '%t %T' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty"));
        assertEquals("pts/ptmx\n", output(config -> {}, "readlink /dev/ptmx"));
        assertEquals(
                "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n",
                output(config -> {}, "for name in fd stdin stdout stderr; do readlink /dev/$name; done"));
    }

    @Test
    @DisplayName("config-linux.md, Sysctl: parameters of the container's namespaces are set")
    void kernel_parameters_are_set() {
        assertEquals(
                "1\n",
                output(
                        config -> linux(config).putObject("sysctl").put("net.ipv4.ip_forward", "1"),
                        "cat /proc/sys/net/ipv4/ip_forward"));
    }

    @Test
    @DisplayName("config-linux.md, Rootfs Mount Propagation: it is as requested; unknown values are errors")
    void propagation_is_set() {
        for (Map.Entry<String, String> wanted :
                Map.of("shared", "shared:", "slave", "", "private", "").entrySet()) {
            String line = output(
                    config -> linux(config).put("rootfsPropagation", wanted.getKey()),
                    "awk '$5 == \"/\" {print $7}' /proc/self/mountinfo");
            assertTrue(
                    line.startsWith(wanted.getValue().isEmpty() ? "-" : wanted.getValue())
                            || wanted.getKey().equals("slave") && line.startsWith("master:"),
                    wanted + " " + line);
        }
        expectRefused(config -> linux(config).put("rootfsPropagation", "public"), "linux.rootfsPropagation");
    }

    @Test
    @DisplayName("config-linux.md, Masked Paths and Readonly Paths: they hold; paths that are not absolute are errors")
    void paths_are_masked_and_read_only() {
        assertEquals(
                "0\nrefused\n",
                output(
                        config -> {
                            linux(config).putArray("maskedPaths").add("/proc/uptime");
                            linux(config).putArray("readonlyPaths").add("/proc/sys");
                        },
                        "wc -c < /proc/uptime; echo 1 2>/dev/null > /proc/sys/net/ipv4/ip_forward || echo refused"));
        expectRefused(config -> linux(config).putArray("maskedPaths").add("proc/kcore"), "linux.maskedPaths[0]");
        expectRefused(config -> linux(config).putArray("readonlyPaths").add("proc/sys"), "linux.readonlyPaths[0]");
    }

    @Test
    @DisplayName("config-linux.md, Mount Label: without SELinux it is an error and not ignored")
    void a_mount_label_is_not_ignored() {
        if (!Files.exists(Path.of("/sys/fs/selinux/enforce"))) {
            expectRefused(config -> linux(config).put("mountLabel", "system_u:object_r:x:s0"), "linux.mountLabel");
        }
    }

    @Test
    @DisplayName("config-linux.md, Personality: it is set; an unknown domain, and flags, are errors")
    void the_personality_is_set() {
        assertEquals(
                "00000008\n",
                output(
                        config -> linux(config).putObject("personality").put("domain", "LINUX32"),
                        "cat /proc/$$/personality"));
        expectRefused(
                config -> linux(config).putObject("personality").put("domain", "BSD"), "linux.personality.domain");
    }

    @Test
    @DisplayName("config-linux.md, IntelRdt: without a mounted resctrl it is an error")
    void resource_director_needs_its_file_system() {
        if (!Files.exists(Path.of("/sys/fs/resctrl/schemata"))) {
            expectRefused(config -> linux(config).putObject("intelRdt").put("closID", "x"), "linux.intelRdt");
        }
    }

    @Test
    @DisplayName("config-linux.md, Default Devices: /dev/console exists with a terminal, and is that terminal")
    void a_terminal_is_the_console() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "stat -c '%t' /dev/console /dev/pts/0 > /out/console")) {
            bundle.edit(config -> {
                process(config).put("terminal", true);
                Conformance.bind(config, bundle.directory().toString(), "/out");
            });
            Launcher.execute(
                    List.of(
                            "script",
                            "-qec",
                            String.join(
                                    " ",
                                    bundle.command(
                                            "run",
                                            "--bundle",
                                            bundle.directory().toString(),
                                            "box")),
                            "/dev/null"),
                    "");
            List<String> majors =
                    Host.read(bundle.file("console").toString()).lines().toList();
            assertEquals(majors.get(0), majors.get(1));
        }
    }
}
