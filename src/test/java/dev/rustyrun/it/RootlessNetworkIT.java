package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Networks of an ordinary user's containers. Needs root to become that user, ip(8), dnsmasq and pasta. */
@NativeOnly("a JVM cannot enter a user namespace")
class RootlessNetworkIT extends InNetworkWorld {

    private static final int USER = 65534;
    private static Path folder;
    private static Path program;

    @BeforeAll
    static void makeProgram() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
        Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "cp -a \"$1\" \"$0/rootfs\"; chown -R 65534:65534 \"$0/rootfs\"; chmod -R a+rX \"$0\"",
                                folder.toString(),
                                Launcher.busybox().toString()),
                        "")
                .expect(0);
    }

    @AfterAll
    static void removeProgram() {
        if (folder != null) {
            Launcher.execute(List.of("rm", "-rf", folder.toString(), "/tmp/rustyrun-" + USER), "")
                    .expect(0);
        }
    }

    private static Launcher.Result run(String... arguments) {
        return world.runAs(USER, program, folder.resolve("rootfs"), arguments);
    }

    @Test
    void allowed_hosts_are_reached_by_name_and_others_are_not() {
        Launcher.Result result = run(
                "--allow",
                "four.example.org",
                "--command",
                "sh",
                "-c",
                "wget -qO- http://four.example.org/; wget -qO- http://other.example.net/ || echo refused");
        assertEquals("the web\nrefused\n", result.out(), result.err());
        assertTrue(result.err().contains("\"host\":\"other.example.net\",\"port\":80,\"allowed\":false"), result.err());
    }

    @Test
    void a_cni_network_is_roots() {
        // The first line may be the warning about the missing cgroup, which is shown once.
        String err = run("--net", "cni:any", "--command", "true").expect(125).err();
        assertTrue(err.endsWith("only root can use CNI networks; --net private needs no root\n"), err);
    }

    @Test
    void a_private_network_reaches_the_world_by_ipv4_ipv6_and_name() {
        Launcher.Result result = run(
                "--net",
                "private",
                "--command",
                "sh",
                "-c",
                "wget -qO- http://" + NetworkWorld.WEB + "/ && wget -qO- 'http://[" + NetworkWorld.WEB6
                        + "]/' && nslookup -type=a four.example.org 169.254.1.1 | grep -c " + NetworkWorld.WEB);
        assertEquals("the web\nthe web\n1\n", result.out(), result.err());
        Host.eventually("no pasta is left", () -> world.processes("pasta").isEmpty());
    }
}
