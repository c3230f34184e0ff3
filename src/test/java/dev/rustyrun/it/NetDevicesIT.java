package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Network devices of the host are moved into containers. Needs root, ip(8), and a kernel with veth. */
@NativeOnly("the same code runs on a JVM, many times slower")
class NetDevicesIT {

    private static final String MOVED = "rrtest0";
    private static final String PEER = "rrtest1";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void makeDevices() {
        Assumptions.assumeTrue(
                ip("link add " + MOVED + " type veth peer name " + PEER).exitCode() == 0,
                "needs ip(8) and a kernel with veth");
        ip("addr add 10.199.7.1/24 dev " + MOVED).expect(0);
        ip("addr add fd99::1/64 dev " + MOVED);
    }

    @AfterEach
    void removeDevices() {
        ip("link del " + PEER);
    }

    private static Launcher.Result ip(String words) {
        return Launcher.execute(List.of("sh", "-c", "ip " + words), "");
    }

    private static OciBundle bundle(String name, String... args) {
        return new OciBundle(args).edit(config -> {
            ObjectNode device =
                    ((ObjectNode) config.get("linux")).putObject("netDevices").putObject(MOVED);
            if (!name.isEmpty()) {
                device.put("name", name);
            }
        });
    }

    @Test
    void a_device_is_moved_named_and_up_and_keeps_its_addresses() {
        try (OciBundle bundle = bundle("inside0", "sh", "-c", "ip addr show inside0")) {
            String out = bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                    .expect(0)
                    .out();
            assertTrue(out.contains("inet 10.199.7.1/24") && out.contains(",UP"), out);
            assertTrue(
                    !java.nio.file.Files.exists(java.nio.file.Path.of("/proc/net/if_inet6"))
                            || out.contains("fd99::1/64"),
                    out);
        }
    }

    @Test
    void without_a_new_name_it_keeps_its_name_and_it_has_left_the_host() {
        try (OciBundle bundle = bundle("", "sleep", "1000")) {
            bundle.create("box").expect(0);
            assertTrue(ip("link show " + MOVED).exitCode() != 0, "the device must have left the host");
            String pid = bundle.state("box").get("pid").asText();
            assertTrue(Host.read("/proc/" + pid + "/net/dev").contains(MOVED + ":"));
        }
    }

    @Test
    void a_missing_device_and_a_name_in_use_fail_with_a_clear_message() {
        try (OciBundle bundle = bundle("lo", "true")) {
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("move " + MOVED + " to lo") && line.contains("EEXIST"), line);
            assertEquals(List.of(), bundle.left());
            bundle.edit(config ->
                    ((ObjectNode) config.get("linux")).putObject("netDevices").putObject("rrnobody"));
            line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("the host has no network device rrnobody"), line);
        }
    }

    @Test
    void without_a_network_namespace_it_is_refused() {
        try (OciBundle bundle = bundle("", "true")) {
            bundle.edit(config -> config.get("linux")
                    .get("namespaces")
                    .elements()
                    .forEachRemaining(namespace -> {
                        if (namespace.get("type").textValue().equals("network")) {
                            ((ObjectNode) namespace).put("type", "time");
                        }
                    }));
            assertTrue(bundle.create("box").expect(1).errorLine().contains("needs a network namespace"));
            ip("link show " + MOVED).expect(0);
        }
    }
}
