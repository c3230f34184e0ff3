package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A pod on a node whose cgroups systemd makes: {@code SystemdCgroup = true} in containerd, and {@code cgroupDriver:
 * systemd} in the kubelet, which names the slice. Needs root, systemd, dbus and what {@link CriIT} needs.
 */
@NativeOnly("containerd starts its runtime several times for each call, and joins mount namespaces, which a JVM cannot")
class CriSystemdIT {

    private static final String SLICE = "kubepods-rustyrun.slice";
    private static final long MEMORY = 64 << 20;
    /** NamespaceMode NODE for the network, and CONTAINER for processes. */
    private static final ProtobufMessage NAMESPACES = ProtobufMessage.of(1, CriClient.Mode.NODE.ordinal(), 2, 1);

    @Test
    void a_pods_container_is_a_scope_with_its_limits_until_it_is_removed() throws Exception {
        Launcher.requireRoot();
        CriEngine.assumeInstalled();
        for (String program : List.of("/lib/systemd/systemd", "/usr/bin/dbus-daemon")) {
            Assumptions.assumeTrue(Files.exists(Path.of(program)), program + " is not installed");
        }
        Host.State before = Host.state();
        try (CriEngine engine = CriEngine.startInSystemd()) {
            CriClient cri = engine.client();
            // A pod with the host's network has no host name of its own.
            ProtobufMessage config = CriClient.pod(
                    "systemd",
                    "",
                    engine.folder().resolve("logs").toString(),
                    ProtobufMessage.of(1, "/kubepods.slice/" + SLICE, 2, ProtobufMessage.of(1, NAMESPACES)));
            String pod = cri.runPod(config);
            assertEquals("active " + SLICE, shown(engine, pod, "ActiveState") + " " + shown(engine, pod, "Slice"));
            ProtobufMessage limited =
                    ProtobufMessage.of(1, ProtobufMessage.of(4, MEMORY), 2, ProtobufMessage.of(3, NAMESPACES));
            String id = cri.run(pod, config, "box", CriEngine.IMAGE, limited, "/bin/sleep", "87653");
            assertEquals("active " + SLICE, shown(engine, id, "ActiveState") + " " + shown(engine, id, "Slice"));
            expectMemory(engine, id, MEMORY);
            engine.in("systemctl daemon-reload");
            expectMemory(engine, id, MEMORY);
            // A pod that is resized in place.
            cri.call("UpdateContainerResources", ProtobufMessage.of(1, id, 2, ProtobufMessage.of(4, MEMORY / 2)));
            expectMemory(engine, id, MEMORY / 2);
            assertEquals(
                    new CriClient.Executed("out\n", "err\n", 3),
                    cri.exec(id, 30, "/bin/sh", "-c", "echo out; echo err >&2; exit 3"));
            cri.removePod(pod);
            assertEquals("", engine.in("systemctl list-units --all --plain --no-legend 'cri-containerd-*'"));
            assertEquals("", engine.in("find /sys/fs/cgroup -name '*" + id + "*' -o -name '*" + pod + "*'"));
        }
        assertEquals(before, Host.state(), "that systemd changes nothing outside");
    }

    /** Checks the memory limit of a container, as systemd and the kernel have it. */
    private static void expectMemory(CriEngine engine, String id, long bytes) {
        boolean v2 = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        assertEquals(Long.toString(bytes), shown(engine, id, v2 ? "MemoryMax" : "MemoryLimit"));
        String group = shown(engine, id, "ControlGroup");
        assertTrue(group.startsWith("/kubepods.slice/" + SLICE + "/"), group);
        assertEquals(
                Long.toString(bytes),
                engine.in("cat /sys/fs/cgroup"
                        + (v2 ? group + "/memory.max" : "/memory" + group + "/memory.limit_in_bytes")));
    }

    /** A property of the unit of a pod's sandbox or a container. */
    private static String shown(CriEngine engine, String id, String property) {
        return engine.in("systemctl show cri-containerd-" + id + ".scope -p " + property + " --value");
    }
}
