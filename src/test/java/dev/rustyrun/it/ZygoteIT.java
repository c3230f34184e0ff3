package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The zygote, from which a native service forks its stages. Needs root and the native executable. */
@NativeOnly("a JVM has many threads and cannot copy itself: only a native service has a zygote")
class ZygoteIT {

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    private static long zygoteOf(Server server) {
        Host.eventually(
                "there is one zygote",
                () -> hasZygote(server) && zygotesOf(server).size() == 1);
        return zygotesOf(server).get(0);
    }

    /** The zygotes of a service. Its other children end soon, and begin as copies of the zygote. */
    private static List<Long> zygotesOf(Server server) {
        List<Long> children = Host.childrenOf(server.pid());
        return Host.processes().entrySet().stream()
                .filter(process -> children.contains(process.getKey())
                        && process.getValue().contains("zygote"))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void a_zygote_that_is_killed_is_replaced_and_no_launch_fails() throws Exception {
        try (Server server = Server.start("--warm", "0")) {
            server.sh(200, "true");
            long first = zygoteOf(server);
            Host.signal(first, "KILL");
            server.sh(200, "true");
            server.sh(200, "true");
            assertNotEquals(first, zygoteOf(server));
        }
        Host.expectNothingLeft("zygote");
    }

    @Test
    void h24_a_zygote_is_replaced_each_time_that_it_is_killed() throws Exception {
        try (Server server = Server.start("--warm", "0")) {
            for (int death = 0; death < 8; death++) {
                server.sh(200, "true");
                Host.signal(zygoteOf(server), "KILL");
            }
            Host.eventually(
                    "no zygote is a zombie", () -> Host.childrenOf(server.pid()).size() <= 1);
        }
        Host.expectNothingLeft("zygote");
    }

    /** Whether the service has a zygote after a launch, which makes one if it is missing. */
    private static boolean hasZygote(Server server) {
        try {
            server.sh(200, "true");
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return !zygotesOf(server).isEmpty();
    }

    @Test
    void CVE_2019_5736_copied_stages_run_from_a_read_only_mount_that_the_host_does_not_see() throws Exception {
        try (Server server = Server.start("--warm", "0")) {
            String mounts = Host.read("/proc/" + server.pid() + "/mountinfo");
            server.sh(200, "true");
            String zygote = "/proc/" + zygoteOf(server);
            assertTrue(isWritable("/proc/" + server.pid() + "/exe"), "else nothing is tested");
            assertTrue(
                    !isWritable(zygote + "/exe"), "access(2) of a file on a read-only mount is EROFS, even for root");
            assertEquals(mounts, Host.read("/proc/" + server.pid() + "/mountinfo"));
            assertEquals(mounts, Host.read(zygote + "/mountinfo"), "it sees what the service sees, later mounts too");
        }
    }

    private static boolean isWritable(String file) {
        return Launcher.execute(List.of("test", "-w", file), "").exitCode() == 0;
    }

    @Test
    void a_stage_made_by_copying_has_no_descriptor_of_the_zygote() throws Exception {
        try (Server server = Server.start("--warm", "0")) {
            String answer = server.sh(200, "ls /proc/self/fd; readlink /proc/self/fd/0");
            assertTrue(answer.contains("\"text\":\"0\\n1\\n2\\n3\\npipe:"), answer);
        }
    }
}
