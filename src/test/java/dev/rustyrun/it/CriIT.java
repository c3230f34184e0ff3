package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Pods as a kubelet makes them: through the Container Runtime Interface of a containerd whose runtime is Rustyrun. The
 * pods' network is a bridge of the test's own. Needs root, containerd, containernetworking-plugins and buildah.
 */
@NativeOnly("containerd starts its runtime several times for each call, and joins mount namespaces, which a JVM cannot")
class CriIT {

    private static final String IMAGE = CriEngine.IMAGE;
    private static final String SANDBOX = "sleep 98765";
    private static final String STAYS = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    private static CriEngine engine;
    private static Path folder;
    private static CriClient cri;

    @BeforeAll
    static void startEngine() throws IOException {
        Launcher.requireRoot();
        CriEngine.assumeInstalled();
        engine = CriEngine.start();
        folder = engine.folder();
        cri = engine.client();
    }

    @AfterAll
    static void stopEngine() throws Exception {
        if (engine != null) {
            engine.close();
        }
        Host.expectEnded(SANDBOX);
    }

    /** A pod that exists until it is closed. */
    private static final class Pod implements AutoCloseable {
        private final ProtobufMessage config;
        private final String id;

        Pod(String name, CriClient.Mode pid, ProtobufMessage... sysctls) {
            ProtobufMessage security = ProtobufMessage.of(1, CriClient.namespaces(pid, ""));
            config = CriClient.pod(
                    name,
                    name,
                    folder.resolve("logs").toString(),
                    ProtobufMessage.of(1, "/rustyrun-cri", 2, security, 3, List.of(sysctls)));
            id = cri.runPod(config);
        }

        String run(String name, ProtobufMessage linux, String... command) {
            return cri.run(id, config, name, IMAGE, linux, command);
        }

        String stays(String name) {
            return run(name, in(CriClient.Mode.CONTAINER, ""), "/bin/sh", "-c", STAYS);
        }

        @Override
        public void close() {
            cri.removePod(id);
        }
    }

    /** A LinuxContainerConfig that sets only the PID namespace. */
    private static ProtobufMessage in(CriClient.Mode pid, String target) {
        return ProtobufMessage.of(2, ProtobufMessage.of(3, CriClient.namespaces(pid, target)));
    }

    private static String said(String id, String... command) {
        CriClient.Executed done = cri.exec(id, 30, command);
        assertEquals(0, done.exitCode(), done::err);
        return done.out();
    }

    @Test
    void the_containers_of_a_pod_have_one_network_host_name_and_sysctls() {
        try (Pod pod = new Pod(
                "one-network",
                CriClient.Mode.CONTAINER,
                CriClient.entry("net.ipv4.ip_unprivileged_port_start", "79"))) {
            String first = pod.stays("first");
            String second = pod.stays("second");
            for (String namespace : List.of("net", "ipc", "uts")) {
                String[] link = {"/bin/readlink", "/proc/1/ns/" + namespace};
                assertEquals(said(first, link), said(second, link));
            }
            assertEquals("one-network\n", said(first, "/bin/hostname"));
            assertEquals("79\n", said(second, "/bin/cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"));
            assertTrue(said(first, "/bin/ip", "addr").contains("10.211.7."), () -> said(first, "/bin/ip", "addr"));
            assertTrue(said(first, "/bin/ps").startsWith("PID"));
            assertTrue(!said(first, "/bin/ps").contains(SANDBOX), "it has its own PID namespace");
        }
    }

    @Test
    void with_shareProcessNamespace_each_container_sees_all_and_an_ephemeral_one_sees_that_of_its_target() {
        try (Pod pod = new Pod("shared", CriClient.Mode.POD)) {
            pod.run("first", in(CriClient.Mode.POD, ""), "/bin/sleep", "87654");
            String second = pod.run("second", in(CriClient.Mode.POD, ""), "/bin/sleep", "76543");
            String seen = said(second, "/bin/ps");
            assertTrue(seen.contains(SANDBOX) && seen.contains("sleep 87654") && seen.contains("sleep 76543"), seen);
        }
        try (Pod pod = new Pod("target", CriClient.Mode.CONTAINER)) {
            String target = pod.run("target", in(CriClient.Mode.CONTAINER, ""), "/bin/sleep", "65432");
            String debugger = pod.run("debugger", in(CriClient.Mode.TARGET, target), "/bin/sleep", "54321");
            String seen = said(debugger, "/bin/ps");
            assertTrue(seen.contains("1 0 ") || seen.contains("sleep 65432"), seen);
            assertTrue(seen.contains("sleep 65432") && !seen.contains(SANDBOX), seen);
        }
    }

    @Test
    void a_container_has_the_user_groups_filter_and_capabilities_of_its_security_context() {
        ProtobufMessage security = ProtobufMessage.of(
                1, ProtobufMessage.of(1, List.of("NET_ADMIN"), 2, List.of("CHOWN")),
                3, CriClient.namespaces(CriClient.Mode.CONTAINER, ""),
                5, ProtobufMessage.of(1, 1000),
                7, true,
                8, List.of(3000),
                11, true,
                12, ProtobufMessage.of(1, 2000),
                15, ProtobufMessage.of(1, 0));
        try (Pod pod = new Pod("secure", CriClient.Mode.CONTAINER)) {
            String id = pod.run("box", ProtobufMessage.of(2, security), "/bin/sh", "-c", STAYS);
            String status = said(id, "/bin/cat", "/proc/1/status");
            for (String line : List.of(
                    "Uid:\t1000\t1000\t1000\t1000", "Gid:\t2000\t2000\t2000\t2000", "Seccomp:\t2", "NoNewPrivs:\t1")) {
                assertTrue(status.contains(line + "\n"), status);
            }
            assertTrue(status.matches("(?s).*\nGroups:\t(2000 )?3000 ?\n.*"), status);
            long bounding = Long.parseLong(status.replaceAll("(?s).*\nCapBnd:\t([0-9a-f]+)\n.*", "$1"), 16);
            assertEquals(1L << 12, bounding & (1L << 12 | 1), "CAP_NET_ADMIN is granted and CAP_CHOWN is not");
            assertTrue(cri.exec(id, 30, "/bin/sh", "-c", "echo x > /file").err().contains("Read-only file system"));
        }
    }

    @Test
    void probes_have_output_and_exit_status_and_end_with_their_timeout() {
        try (Pod pod = new Pod("probed", CriClient.Mode.CONTAINER)) {
            String id = pod.stays("box");
            assertEquals(
                    new CriClient.Executed("out\n", "err\n", 3),
                    cri.exec(id, 30, "/bin/sh", "-c", "echo out; echo err >&2; exit 3"));
            CriClient.CriException late =
                    assertThrows(CriClient.CriException.class, () -> cri.exec(id, 1, "/bin/sleep", "43210"));
            assertTrue(late.getMessage().contains("timeout 1s exceeded"), late.getMessage());
            Host.expectEnded("sleep 43210");
            CriClient.CriException missing =
                    assertThrows(CriClient.CriException.class, () -> cri.exec(id, 30, "/nosuch"));
            assertTrue(missing.getMessage().contains("no such file or directory"), missing.getMessage());
            assertEquals(CriClient.State.RUNNING, cri.status(id).state());
        }
    }

    @Test
    void logs_ends_and_their_reasons_are_reported() throws IOException {
        try (Pod pod = new Pod("told", CriClient.Mode.CONTAINER)) {
            String talks = pod.run(
                    "talks", in(CriClient.Mode.CONTAINER, ""), "/bin/sh", "-c", "echo hello; echo oops >&2; exit 7");
            assertEquals(new CriClient.Status(CriClient.State.EXITED, 7, "Error"), cri.ended(talks));
            Path log = folder.resolve("logs/talks.log");
            Host.eventually(
                    "both lines are in the log",
                    () -> Host.read(log.toString()).lines().count() == 2);
            assertTrue(
                    Files.readString(log).matches("(?s).* stdout F hello\n.*|.* stderr F oops\n.*"),
                    Files.readString(log));
            ProtobufMessage little = ProtobufMessage.of(
                    1, ProtobufMessage.of(4, 32 << 20),
                    2, ProtobufMessage.of(3, CriClient.namespaces(CriClient.Mode.CONTAINER, "")));
            String hungry = pod.run("hungry", little, "/bin/sh", "-c", "head -c 200m /dev/zero | tail");
            CriClient.Status ended = cri.ended(hungry);
            assertEquals("OOMKilled", ended.reason(), ended::toString);
            CriClient.CriException missing = assertThrows(
                    CriClient.CriException.class,
                    () -> pod.run("missing", in(CriClient.Mode.CONTAINER, ""), "nosuch-program"));
            assertTrue(missing.getMessage().contains("executable file not found"), missing.getMessage());
        }
    }

    @Test
    void a_container_is_killed_after_its_grace_period() {
        try (Pod pod = new Pod("graceful", CriClient.Mode.CONTAINER)) {
            String willing = pod.stays("willing");
            cri.call("StopContainer", ProtobufMessage.of(1, willing, 2, 60));
            assertEquals(new CriClient.Status(CriClient.State.EXITED, 0, "Completed"), cri.status(willing));
            String deaf = pod.run(
                    "deaf",
                    in(CriClient.Mode.CONTAINER, ""),
                    "/bin/sh",
                    "-c",
                    "trap '' TERM; while :; do sleep 0.1; done");
            cri.call("StopContainer", ProtobufMessage.of(1, deaf, 2, 1));
            assertEquals(137, cri.status(deaf).exitCode());
            cri.call("RemoveContainer", ProtobufMessage.of(1, deaf));
            assertThrows(CriClient.CriException.class, () -> cri.status(deaf));
        }
    }
}
