package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers that join existing namespaces, as engines make them for pods. Needs root. */
class JoinedNamespacesIT {

    private static final String FIRST_ID = "100000";
    private static final List<String> PARAMETERS =
            List.of("net.ipv4.ping_group_range", "net/ipv4/conf/lo/forwarding", "kernel.shmmax", "kernel.domainname");

    private Pod pod;

    @BeforeEach
    void needsRoot() {
        Launcher.requireRoot();
    }

    @AfterEach
    void endPod() {
        if (pod != null) {
            pod.close();
        }
    }

    /** Starts a process in new namespaces, which serve as those of a pod. */
    private void startPod(String... unshare) throws IOException {
        pod = Pod.in(unshare);
    }

    private String podsPath(String file) {
        return pod.namespace(file);
    }

    private void startPodWithUsers() throws IOException {
        startPod("--user", "--net", "--ipc", "--uts");
        for (String map : List.of("uid_map", "gid_map")) {
            Files.writeString(Path.of("/proc/" + pod.pid() + "/" + map), "0 " + FIRST_ID + " 65536\n");
        }
    }

    private static void join(ObjectNode config, String type, String path) {
        ArrayNode namespaces = (ArrayNode) config.get("linux").get("namespaces");
        for (JsonNode namespace : namespaces) {
            if (namespace.get("type").textValue().equals(type)) {
                ((ObjectNode) namespace).put("path", path);
                return;
            }
        }
        namespaces.addObject().put("type", type).put("path", path);
    }

    private static void map(ObjectNode config, String kind, int hostId) {
        ((ObjectNode) config.get("linux"))
                .withArray(kind)
                .addObject()
                .put("containerID", 0)
                .put("hostID", hostId)
                .put("size", 65536);
    }

    private static void sysctl(ObjectNode config, String name, String value) {
        ((ObjectNode) config.get("linux")).withObject("/sysctl").put(name, value);
    }

    private static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C1_parameters_of_joined_namespaces_are_set() throws IOException {
        startPod("--net", "--ipc", "--uts");
        String files = "/proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/conf/lo/forwarding"
                + " /proc/sys/kernel/shmmax /proc/sys/kernel/domainname";
        try (OciBundle bundle = new OciBundle("cat").edit(config -> {
            ((ObjectNode) config.get("process"))
                    .putArray("args")
                    .add("sh")
                    .add("-c")
                    .add("cat " + files);
            join(config, "network", podsPath("net"));
            join(config, "ipc", podsPath("ipc"));
            join(config, "uts", podsPath("uts"));
            List<String> values = List.of("0 0", "1", "12345", "pod");
            for (int i = 0; i < values.size(); i++) {
                sysctl(config, PARAMETERS.get(i), values.get(i));
            }
        })) {
            assertEquals("0\t0\n1\n12345\npod\n", run(bundle).expect(0).out());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C25_an_interface_with_a_dot_in_its_name_is_named_with_either_separator() throws IOException {
        pod = Pod.after("ip link add a.5 type dummy && echo ready || echo missing", "--net");
        Assumptions.assumeTrue("ready".equals(pod.firstLine()), "needs ip(8) and dummy interfaces");
        for (String name : List.of("net/ipv4/conf/a.5/forwarding", "net.ipv4.conf.a/5.forwarding")) {
            for (String value : List.of("1", "0")) {
                try (OciBundle bundle = new OciBundle("cat", "/proc/sys/net/ipv4/conf/a.5/forwarding").edit(config -> {
                    join(config, "network", podsPath("net"));
                    sysctl(config, name, value);
                })) {
                    assertEquals(value + "\n", run(bundle).expect(0).out(), name);
                }
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C1_the_hosts_own_namespace_is_not_changed_by_whatever_path_it_is_named() throws IOException {
        Path link = Files.createTempDirectory("rustyrun-c1").resolve("net");
        Files.createSymbolicLink(
                link, Path.of("/proc/" + ProcessHandle.current().pid() + "/ns/net"));
        String before = Host.read("/proc/sys/net/ipv4/ping_group_range");
        for (String path : List.of("/proc/self/ns/net", link.toString())) {
            try (OciBundle bundle = new OciBundle("true").edit(config -> {
                join(config, "network", path);
                sysctl(config, "net.ipv4.ping_group_range", "7 7");
            })) {
                Launcher.Result refused = run(bundle).expect(1);
                assertTrue(
                        refused.errorLine().contains("sysctl net.ipv4.ping_group_range would change the host"),
                        refused.err());
                assertEquals(List.of(), bundle.left());
            }
        }
        assertEquals(before, Host.read("/proc/sys/net/ipv4/ping_group_range"));
        Files.delete(link);
        Files.delete(link.getParent());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void C1_the_hosts_name_is_not_changed_either() {
        String before = Host.state().hostname();
        try (OciBundle bundle = new OciBundle("true").edit(config -> {
            join(config, "uts", "/proc/self/ns/uts");
            config.put("hostname", "changed");
        })) {
            Launcher.Result refused = run(bundle).expect(1);
            assertTrue(refused.errorLine().contains("hostname would change the host"), refused.err());
        }
        assertEquals(before, Host.state().hostname());
    }

    private OciBundle inPod(String script) {
        OciBundle bundle = new OciBundle("sh", "-c", script);
        bundle.edit(config -> {
            join(config, "user", podsPath("user"));
            join(config, "network", podsPath("net"));
            join(config, "ipc", podsPath("ipc"));
            join(config, "uts", podsPath("uts"));
            config.remove("hostname");
        });
        return bundle;
    }

    private static final String ROOT_OF_POD = "id -u; tr -s ' ' < /proc/self/uid_map; touch /dev/x; ls -n /dev/x"
            + " | tr -s ' ' | cut -d ' ' -f 3,4; : >> /dev/stdout; cat /proc/sys/net/ipv4/ping_group_range";

    private static void expectRootOfPod(Launcher.Result result) {
        assertEquals(
                "0\n 0 " + FIRST_ID + " 65536\n0 0\n0\t0\n", result.expect(0).out());
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C4_a_user_namespace_by_path_is_joined_without_mappings() throws IOException {
        startPodWithUsers();
        try (OciBundle bundle = inPod(ROOT_OF_POD)) {
            bundle.edit(config -> sysctl(config, "net.ipv4.ping_group_range", "0 0"));
            expectRootOfPod(run(bundle));
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C40_a_pod_has_a_user_namespace_by_path_and_its_mappings() throws IOException {
        startPodWithUsers();
        try (OciBundle bundle = inPod(ROOT_OF_POD)) {
            bundle.edit(config -> {
                sysctl(config, "net.ipv4.ping_group_range", "0 0");
                map(config, "uidMappings", Integer.parseInt(FIRST_ID));
                map(config, "gidMappings", Integer.parseInt(FIRST_ID));
            });
            expectRootOfPod(run(bundle));
            bundle.editProcess(process -> process.putObject("user")
                    .put("uid", 1000)
                    .put("gid", 1000)
                    .putArray("additionalGids")
                    .add(7));
            bundle.editProcess(process -> process.putArray("args").add("id"));
            assertEquals("uid=1000 gid=1000 groups=7\n", run(bundle).expect(0).out());
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C4_other_mappings_than_those_of_the_joined_namespace_are_refused() throws IOException {
        startPodWithUsers();
        try (OciBundle bundle = inPod("true")) {
            bundle.edit(config -> {
                map(config, "uidMappings", 300000);
                map(config, "gidMappings", 300000);
            });
            Launcher.Result refused = run(bundle).expect(1);
            assertTrue(refused.errorLine().contains("[0:" + FIRST_ID + ":65536]"), refused.err());
            assertEquals(List.of(), bundle.left());
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C4_a_joined_user_namespace_may_deny_setgroups() throws IOException {
        startPod("--user", "--map-root-user", "--net", "--ipc", "--uts");
        try (OciBundle bundle = inPod("id -G; cat /proc/self/setgroups")) {
            assertEquals("0\ndeny\n", run(bundle).expect(0).out());
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C4_a_mount_maps_ids_as_the_joined_namespace_does() throws IOException {
        startPodWithUsers();
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "rustyrun-c4");
        try (OciBundle bundle = inPod("ls -nd /tmp | tr -s ' ' | cut -d ' ' -f 3,4")) {
            bundle.edit(config -> config.withArray("mounts")
                    .addObject()
                    .put("destination", "/tmp")
                    .put("type", "bind")
                    .put("source", data.toString())
                    .putArray("options")
                    .add("bind")
                    .add("idmap"));
            assertEquals("0 0\n", run(bundle).expect(0).out());
        } finally {
            Files.delete(data);
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C15_sysfs_is_the_hosts_where_the_network_is_of_another_user_namespace() throws IOException {
        startPod("--net");
        for (String network : List.of("/proc/self/ns/net", podsPath("net"))) {
            try (OciBundle bundle = new OciBundle(
                            "sh",
                            "-c",
                            "grep -c ' / /sys ro' /proc/self/mountinfo; ls /sys/class/net;"
                                    + " touch /sys/kernel/x /sys/fs/cgroup/x")
                    .edit(config -> {
                        join(config, "network", network);
                        ((ArrayNode) config.get("linux").get("namespaces"))
                                .addObject()
                                .put("type", "user");
                        map(config, "uidMappings", Integer.parseInt(FIRST_ID));
                        map(config, "gidMappings", Integer.parseInt(FIRST_ID));
                    })) {
                Launcher.Result result = run(bundle).expect(1);
                assertEquals("1", result.out().lines().findFirst().orElse(""), result.err());
                assertTrue(result.out().contains("\nlo\n"), result.out());
                assertEquals(
                        2,
                        result.err()
                                .lines()
                                .filter(line -> line.contains("Read-only file system"))
                                .count(),
                        result.err());
            }
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void C4_the_user_namespace_of_another_container_is_shared() throws Exception {
        String id = "c4-" + ProcessHandle.current().pid();
        Process first = Launcher.start(
                "--name",
                id,
                "--userns",
                "new",
                "--uidmap",
                "0:200000:65536",
                "--command",
                "sh",
                "-c",
                "echo ready; read end");
        assertEquals("ready", first.inputReader().readLine());
        try {
            Launcher.Result second = Launcher.run(
                    "--userns",
                    "container:" + id,
                    "--net",
                    "container:" + id,
                    "--command",
                    "sh",
                    "-c",
                    "id -u; tr -s ' ' < /proc/self/uid_map; ls -nd / | tr -s ' ' | cut -d ' ' -f 3");
            assertEquals("0\n 0 200000 65536\n0\n", second.expect(0).out());
        } finally {
            first.getOutputStream().close();
            first.onExit().join();
        }
    }
}
