package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options and annotations of a private network. */
class ConnectedNetworkTest {

    @ParameterizedTest
    @ValueSource(strings = {"8080:80", "127.0.0.1:8080:80", "[::1]:8080:80", "53:53/udp", "0.0.0.0:1:65535/udp"})
    void a_published_port_is_written_as_it_is_read(String text) {
        assertEquals(text, PublishedPort.parse(text).toString());
    }

    @Test
    void the_parts_of_a_published_port_are_parsed() {
        assertEquals(new PublishedPort("::1", 8080, 80, true), PublishedPort.parse("[::1]:8080:80/udp"));
        assertEquals(new PublishedPort("", 8080, 80, false), PublishedPort.parse("8080:80/tcp"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "80",
                "0:80",
                "80:0",
                "80:65536",
                "99999:80",
                "::1:80:80",
                "1.2.3:80:80",
                "1.2.3.256:80:80",
                "1.2.3.4.:80:80",
                "80:80/icmp",
                "80:80,81:81",
                "-t:80:80",
                "localhost:80:80",
                "80 :80",
                "8080:80\n"
            })
    void an_invalid_published_port_is_refused(String text) {
        String message = assertThrows(InvalidSpecException.class, () -> PublishedPort.parse(text))
                .getMessage();
        assertTrue(message.contains("is not [IP:]HOST:CONTAINER[/udp]"), message);
    }

    @Test
    void annotations_ask_for_it() {
        assertEquals(Optional.empty(), ConnectedNetwork.of(Map.of()));
        assertEquals(
                Optional.of(new ConnectedNetwork(
                        "private", List.of(PublishedPort.parse("8080:80"), PublishedPort.parse("[::1]:53:53/udp")))),
                ConnectedNetwork.of(Map.of(
                        ConnectedNetwork.ANNOTATION, "private",
                        ConnectedNetwork.PORTS_ANNOTATION, "8080:80,[::1]:53:53/udp")));
        assertThrows(
                InvalidSpecException.class, () -> ConnectedNetwork.of(Map.of(ConnectedNetwork.ANNOTATION, "bridge")));
        assertThrows(
                InvalidSpecException.class,
                () -> ConnectedNetwork.of(Map.of(ConnectedNetwork.PORTS_ANNOTATION, "8080:80")));
    }

    @Test
    void a_cni_network_has_a_name() {
        ConnectedNetwork network = ConnectedNetwork.of(Map.of(ConnectedNetwork.ANNOTATION, "cni:my-net.1"))
                .orElseThrow();
        assertEquals(Optional.of("my-net.1"), network.cni());
        for (String word : List.of("cni:", "cni:-x", "cni:../x", "cni:a b", "cni:a\n", "cni:" + "x".repeat(129))) {
            String message = assertThrows(
                            InvalidSpecException.class,
                            () -> ConnectedNetwork.of(Map.of(ConnectedNetwork.ANNOTATION, word)))
                    .getMessage();
            assertTrue(message.contains("no valid CNI network name"), message);
        }
    }

    @Test
    void it_needs_network_and_process_ids_of_its_own() {
        SpecBuilder spec =
                new SpecBuilder("/rootfs", List.of("true")).annotation(ConnectedNetwork.ANNOTATION, "private");
        SpecValidator.check(spec.build());
        spec.share(LinuxSpec.NamespaceType.PID);
        assertThrows(InvalidSpecException.class, () -> SpecValidator.check(spec.build()));
        spec.unshare(LinuxSpec.NamespaceType.PID).join(LinuxSpec.NamespaceType.NETWORK, "/proc/1/ns/net");
        assertThrows(InvalidSpecException.class, () -> SpecValidator.check(spec.build()));
    }
}
