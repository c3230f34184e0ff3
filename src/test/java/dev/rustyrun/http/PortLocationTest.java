package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A redirect of a container's server never leads to another part of the service. */
class PortLocationTest {

    private static final String PREFIX = "/v1/containers/abc/ports/8000";

    private static Optional<String> confined(String location) {
        return new PortLocation(new PortAddress("abc", 8000, "/a/b", Optional.empty()), "127.0.0.1:8080")
                .confine(location);
    }

    private static void expect(String location, String client) {
        assertEquals(Optional.of(client), confined(location), location);
    }

    @Test
    void paths_stay_below_the_port() {
        expect("/", PREFIX + "/");
        expect("/x?y=1#z", PREFIX + "/x?y=1#z");
        expect("c", PREFIX + "/a/c");
        expect("../c", PREFIX + "/c");
        expect("?y", "?y");
    }

    @Test
    void nothing_climbs_out_to_another_call_of_the_service() {
        expect("/v1/run", PREFIX + "/v1/run");
        expect("../../../../../run", PREFIX + "/run");
        expect("/../../run", PREFIX + "/run");
        expect("/%2e%2E/.%2e/run", PREFIX + "/run");
        expect("/x/./%2e/..", PREFIX + "/");
        expect(PREFIX + "/../../../../run", PREFIX + "/v1/run");
        expect("http://127.0.0.1:8080/v1/run", PREFIX + "/v1/run");
        expect("HTTP://127.0.0.1:8080/v1/run", PREFIX + "/v1/run");
        expect("http:/v1/run", PREFIX + "/v1/run");
        assertEquals(Optional.empty(), confined("http:v1/run"));
        assertEquals(Optional.empty(), confined("\\v1\\run"));
        assertEquals(Optional.empty(), confined("http://127.0.0.%31:8080/v1/run"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x:y@127.0.0.1:8080",
                "127.0.0.1:08080",
                "127.0.0.1:",
                "127.0.0.1.:8080",
                "127.1:8080",
                "0x7f.1:8080",
                "2130706433:8080",
                "0177.0.0.1:8080",
                "127.0.0.0x1:8080",
                "127.0.0.01:8080",
                "localhost.:8080",
                "12\uff17.0.0.1:8080",
                "127.0.0.1:8080:8080",
                "example.org:0"
            })
    void another_spelling_of_a_host_is_not_followed(String authority) {
        assertEquals(Optional.empty(), confined("http://" + authority + "/v1/info"), authority);
        assertEquals(Optional.empty(), confined("//" + authority + "/v1/info"), authority);
    }

    @Test
    void an_ipv6_service_lets_no_other_ipv6_address_out() {
        PortLocation six = new PortLocation(new PortAddress("abc", 1, "/", Optional.empty()), "[::1]:8080");
        assertEquals(Optional.of("/v1/containers/abc/ports/1/x"), six.confine("http://[::1]:8080/x"));
        assertEquals(Optional.empty(), six.confine("http://[0:0::1]:8080/x"));
        assertEquals(Optional.of("http://example.org/x"), six.confine("http://example.org/x"));
    }

    @Test
    void a_server_that_knows_its_address_and_other_hosts_are_left_alone() {
        expect(PREFIX + "/x", PREFIX + "/x");
        expect("http://localhost:8000/x", PREFIX + "/x");
        expect("https://example.org/x", "https://example.org/x");
        expect("//example.org/x", "//example.org/x");
        expect("mailto:a@example.org", "mailto:a@example.org");
    }

    @Test
    void a_missing_port_is_the_default() {
        PortLocation at80 = new PortLocation(new PortAddress("abc", 1, "/", Optional.empty()), "host");
        assertEquals(Optional.of("/v1/containers/abc/ports/1/x"), at80.confine("http://host:80/x"));
        assertEquals(Optional.of("http://host:81/x"), at80.confine("http://host:81/x"));
    }
}
