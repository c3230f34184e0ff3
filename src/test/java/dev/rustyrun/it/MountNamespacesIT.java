package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in an existing mount namespace, and in the host's. Needs root. */
class MountNamespacesIT {

    private static final String ID = "box";
    /**
     * Prints the mount namespace and files that identify the root; prints "held" if neither chroot(2) nor a new user
     * namespace is allowed.
     */
    private static final String WHERE = "readlink /proc/self/ns/mnt; ls -d /bin/busybox /usr/lib 2>/dev/null;"
            + " chroot / true 2>/dev/null || unshare -U true 2>/dev/null || echo held";

    @TempDir
    static Path folder;

    /** A copy of busybox, because these tests change it and others do not expect that. */
    private static Path copy;

    private Pod pod;
    private String hostsMounts;

    @BeforeAll
    static void copyRootfs() {
        Launcher.requireRoot();
        copy = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), copy.toString()), "")
                .expect(0);
    }

    @BeforeEach
    void needsRoot() {
        Launcher.requireRoot();
        hostsMounts = mounts("self");
    }

    @AfterEach
    void the_host_is_as_before() {
        if (pod != null) {
            pod.close();
        }
        assertEquals(hostsMounts, mounts("self"));
    }

    private static String mounts(String process) {
        return Host.read("/proc/" + process + "/mountinfo");
    }

    private void startPod(String... unshare) throws IOException {
        pod = Pod.in(unshare);
    }

    private String podsPath(String file) {
        return pod.namespace(file);
    }

    private String podsNamespace() throws IOException {
        return Files.readSymbolicLink(Path.of(podsPath("mnt"))).toString();
    }

    private static String hostsNamespace() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString();
    }

    /** Sets the path of the container's namespace of this type; without a path, the container shares the host's. */
    private static Consumer<ObjectNode> namespace(String type, Optional<String> path) {
        return config -> {
            ArrayNode namespaces = (ArrayNode) config.get("linux").get("namespaces");
            for (int i = namespaces.size() - 1; i >= 0; i--) {
                JsonNode namespace = namespaces.get(i);
                if (namespace.get("type").textValue().equals(type)) {
                    namespaces.remove(i);
                }
            }
            path.ifPresent(name -> namespaces.addObject().put("type", type).put("path", name));
        };
    }

    private OciBundle inPod(String script) {
        OciBundle bundle = new OciBundle("sh", "-c", script);
        bundle.edit(namespace("mount", Optional.of(podsPath("mnt"))));
        return withChroot(bundle);
    }

    /** Grants CAP_SYS_CHROOT, so that a failing chroot shows protection and not just a missing capability. */
    private static OciBundle withChroot(OciBundle bundle) {
        return bundle.editProcess(process -> {
            for (String set : List.of("bounding", "effective", "permitted")) {
                ((ObjectNode) process.get("capabilities")).withArray(set).add("CAP_SYS_CHROOT");
            }
        });
    }

    /**
     * A bundle for the host's mount namespace. It may mount nothing there, and its devices are made in its root file
     * system.
     */
    private static OciBundle onHost(String... command) {
        OciBundle bundle = new OciBundle(command);
        bundle.edit(namespace("mount", Optional.empty())).edit(config -> {
            config.putArray("mounts");
            ((ObjectNode) config.get("root")).put("path", copy.toString());
            ((ObjectNode) config.get("linux")).remove(List.of("maskedPaths", "readonlyPaths"));
        });
        return withChroot(bundle);
    }

    private static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), ID);
    }

    @Test
    void a_container_joins_a_mount_namespace_and_other_processes_keep_their_root() throws IOException {
        startPod("--mount");
        try (OciBundle bundle =
                inPod(WHERE + "; mount | grep -c ' /proc type proc'; ls /dev/null; echo x > /proc/sys/kernel/domainname"
                        + " 2>/dev/null || echo sealed")) {
            assertEquals(
                    podsNamespace() + "\n/bin/busybox\nheld\n1\n/dev/null\nsealed\n",
                    run(bundle).expect(0).out());
            assertTrue(Files.isSameFile(Path.of("/"), Path.of("/proc/" + pod.pid() + "/root")));
            assertEquals(List.of(), bundle.left());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_read_only_root_of_a_joined_mount_namespace_is_the_containers_alone() throws IOException {
        startPod("--mount");
        try (OciBundle bundle = inPod("touch /x 2>/dev/null || echo read-only")) {
            bundle.edit(config -> ((ObjectNode) config.get("root")).put("readonly", true));
            assertEquals("read-only\n", run(bundle).expect(0).out());
        }
        Path file = Path.of("/proc/" + pod.pid() + "/root" + Launcher.busybox().getParent(), "written");
        Files.writeString(file, "x");
        Files.delete(file);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_joins_a_mount_and_a_pid_namespace() throws IOException {
        startPod("--mount", "--pid", "--fork", "--mount-proc");
        try (OciBundle bundle = inPod(WHERE + "; tr '\\0' ' ' < /proc/1/cmdline")) {
            bundle.edit(namespace("pid", Optional.of(podsPath("pid_for_children"))));
            assertEquals(
                    podsNamespace() + "\n/bin/busybox\nheld\nsleep 1000 ",
                    run(bundle).expect(0).out());
        }
    }

    @NativeOnly("a JVM has several threads: it cannot join a user namespace")
    @Test
    void a_container_joins_a_mount_namespace_and_the_user_namespace_that_owns_it() throws IOException {
        startPod("--user", "--mount", "--net", "--ipc", "--uts");
        for (String map : List.of("uid_map", "gid_map")) {
            Files.writeString(Path.of("/proc/" + pod.pid() + "/" + map), "0 100000 65536\n");
        }
        try (OciBundle bundle = inPod(WHERE + "; id -u; tr -s ' ' < /proc/self/uid_map")) {
            Map<String, String> files = new LinkedHashMap<>(Map.of("user", "user", "network", "net", "ipc", "ipc"));
            files.forEach((type, file) -> bundle.edit(namespace(type, Optional.of(podsPath(file)))));
            assertEquals(
                    podsNamespace() + "\n/bin/busybox\nheld\n0\n 0 100000 65536\n",
                    run(bundle).expect(0).out());
            assertTrue(Files.isSameFile(Path.of("/"), Path.of("/proc/" + pod.pid() + "/root")));
        }
    }

    @NativeOnly("a JVM cannot map ids")
    @Test
    void a_new_user_namespace_does_not_own_the_mounts_of_others() throws IOException {
        startPod("--mount");
        try (OciBundle bundle = inPod("true")) {
            bundle.edit(config -> {
                ((ArrayNode) config.get("linux").get("namespaces")).addObject().put("type", "user");
                for (String kind : List.of("uidMappings", "gidMappings")) {
                    ((ObjectNode) config.get("linux"))
                            .withArray(kind)
                            .addObject()
                            .put("containerID", 0)
                            .put("hostID", 100000)
                            .put("size", 65536);
                }
            });
            Launcher.Result refused = run(bundle).expect(1);
            assertTrue(refused.errorLine().contains("belongs to another user namespace"), refused.err());
            assertEquals(List.of(), bundle.left());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void mounts_that_would_appear_elsewhere_are_refused() throws IOException {
        startPod("--mount", "--propagation", "shared");
        String before = mounts(Long.toString(pod.pid()));
        try (OciBundle bundle = inPod("true")) {
            Launcher.Result refused = run(bundle).expect(1);
            assertTrue(refused.errorLine().contains("mount --make-private"), refused.err());
            assertEquals(List.of(), bundle.left());
        }
        assertEquals(before, mounts(Long.toString(pod.pid())));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void nothing_is_mounted_in_the_hosts_namespace_by_whatever_path_it_is_named() throws IOException {
        List<String> paths =
                List.of("/proc/self/ns/mnt", "/proc/" + ProcessHandle.current().pid() + "/ns/mnt");
        for (String path : paths) {
            try (OciBundle bundle = new OciBundle("true").edit(namespace("mount", Optional.of(path)))) {
                Launcher.Result refused = run(bundle).expect(1);
                assertTrue(refused.errorLine().contains("mounting the rootfs would change the host"), refused.err());
                assertEquals(List.of(), bundle.left());
                assertEquals(hostsMounts, mounts("self"));
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_without_a_mount_namespace_is_in_the_hosts_and_mounts_nothing() throws IOException {
        String script = "ls -d /bin/busybox /usr/lib 2>/dev/null; chroot / true 2>/dev/null ||"
                + " unshare -U true 2>/dev/null || echo held; echo $$";
        try (OciBundle bundle = onHost("sh", "-c", script)) {
            assertEquals("/bin/busybox\nheld\n1\n", run(bundle).expect(0).out());
            assertEquals(List.of(), bundle.left());
        }
        try (OciBundle bundle = onHost("sleep", "1000")) {
            bundle.create(ID).expect(0);
            bundle.rustyrun("start", ID).expect(0);
            String pid = bundle.state(ID).get("pid").asText();
            Path namespace = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt"));
            assertEquals(hostsNamespace(), namespace.toString());
            assertTrue(Files.isSameFile(copy, Path.of("/proc/" + pid + "/root")));
            assertEquals(hostsMounts, mounts("self"));
            bundle.rustyrun("cp", ID + ":/etc/passwd", bundle.file("copy").toString())
                    .expect(0);
            assertEquals(Files.readString(Launcher.busybox().resolve("etc/passwd")), bundle.read("copy"));
            bundle.rustyrun("delete", "--force", ID).expect(0);
            assertFalse(Files.exists(Path.of("/proc/" + pid)));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void requests_that_would_change_the_hosts_mounts_are_refused() {
        Map<String, Consumer<ObjectNode>> changes = new LinkedHashMap<>();
        changes.put(
                "mounts",
                config -> config.putArray("mounts")
                        .addObject()
                        .put("destination", "/tmp")
                        .put("type", "tmpfs")
                        .put("source", "tmpfs"));
        for (String paths : List.of("maskedPaths", "readonlyPaths")) {
            changes.put(
                    "linux." + paths,
                    config -> ((ObjectNode) config.get("linux")).putArray(paths).add("/proc/kcore"));
        }
        changes.put(
                "linux.rootfsPropagation",
                config -> ((ObjectNode) config.get("linux")).put("rootfsPropagation", "rslave"));
        changes.put("root.readonly", config -> ((ObjectNode) config.get("root")).put("readonly", true));
        changes.forEach((field, change) -> {
            try (OciBundle bundle = onHost("true").edit(change)) {
                Launcher.Result refused = run(bundle).expect(1);
                assertTrue(refused.errorLine().contains(field + " would change the host's own mounts"), refused.err());
                assertEquals(List.of(), bundle.left());
            }
        });
    }

    @NativeOnly("a JVM has several threads: it cannot exec")
    @Test
    void exec_joins_the_containers_root_and_not_that_of_the_mount_namespace() throws IOException {
        startPod("--mount");
        String where = WHERE.replace("readlink /proc/self/ns/mnt; ", "");
        for (OciBundle each : List.of(inPod("sleep 1000"), onHost("sh", "-c", "sleep 1000"))) {
            try (OciBundle bundle = each) {
                bundle.create(ID).expect(0);
                bundle.rustyrun("start", ID).expect(0);
                Launcher.Result result = bundle.rustyrun("exec", ID, "sh", "-c", where + "; pwd; echo $PPID");
                assertEquals("/bin/busybox\nheld\n/\n0\n", result.expect(0).out());
                bundle.rustyrun("delete", "--force", ID).expect(0);
                assertEquals(hostsMounts, mounts("self"));
            }
        }
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void no_mount_of_a_container_with_a_user_namespace_appears_on_a_host_with_shared_mounts() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path volume = Files.createDirectories(folder.resolve("volume"));
        String script = "mount --make-rshared / && \"$0\" \"$@\"; echo $?; grep -c " + folder + " /proc/self/mountinfo";
        for (List<String> options : List.of(
                List.of("--userns", "auto"),
                List.of("--userns", "auto", "--read-only"),
                List.of("--userns", "auto", "--ephemeral"),
                List.of("--userns", "auto", "--volume", volume + ":/volume"))) {
            List<String> words = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script));
            words.addAll(Launcher.command("run", "--rootfs", copy.toString()));
            words.addAll(options);
            words.addAll(List.of("--command", "echo", "in"));
            Launcher.Result result = Launcher.execute(words, "");
            assertEquals("in\n0\n0\n", result.out(), options + ": " + result.err());
        }
    }
}
