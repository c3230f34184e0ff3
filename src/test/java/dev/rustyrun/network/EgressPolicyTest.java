package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hosts that a policy allows, and spellings and addresses that could bypass it. */
class EgressPolicyTest {

    private static final String PUBLIC = "203.0.113.10";

    private final List<String> resolved = new ArrayList<>();

    private EgressPolicy.Resolver answering(String... addresses) {
        return name -> {
            resolved.add(name);
            InetAddress[] found = new InetAddress[addresses.length];
            for (int i = 0; i < found.length; i++) {
                found[i] = AddressRange.address(addresses[i]).orElseThrow();
            }
            return found;
        };
    }

    private Optional<String> reached(String policy, String host, int port, String... addresses) {
        return EgressPolicy.of(List.of(policy.split(" ")))
                .decide(host, port, answering(addresses))
                .address()
                .map(InetAddress::getHostAddress);
    }

    @Test
    void a_listed_name_is_resolved_once_and_reached_at_the_address_that_was_checked() {
        assertEquals(Optional.of(PUBLIC), reached("example.org", "example.org", 443, PUBLIC));
        assertEquals(List.of("example.org."), resolved);
    }

    @Test
    void a_connection_continues_only_if_a_new_policy_allows_its_host_and_its_address() throws UnknownHostException {
        InetAddress ordinary = InetAddress.getByName(PUBLIC);
        InetAddress inner = InetAddress.getByName("10.1.2.3");
        EgressPolicy policy = EgressPolicy.of(List.of("*.example.org", "203.0.113.0/24:8080"));
        assertTrue(policy.allows("A.Example.org.", 443, ordinary));
        assertTrue(policy.allows("any.example.net", 8080, ordinary));
        assertTrue(policy.allows(PUBLIC, 8080, ordinary));
        assertFalse(policy.allows("a.example.net", 443, ordinary));
        assertFalse(policy.allows("a.example.org", 22, ordinary));
        assertFalse(policy.allows("a.example.org", 443, inner));
        assertFalse(policy.allows(PUBLIC, 443, ordinary));
        assertFalse(EgressPolicy.of(List.of()).allows("a.example.org", 443, ordinary));
    }

    @Test
    void an_answer_that_changes_is_asked_for_once_in_each_attempt_and_checked_each_time() {
        EgressPolicy policy = EgressPolicy.of(List.of("example.org"));
        EgressPolicy.Resolver rebinding = name -> {
            resolved.add(name);
            return new InetAddress[] {
                AddressRange.address(resolved.size() % 2 == 1 ? PUBLIC : "10.0.0.1")
                        .orElseThrow()
            };
        };
        assertEquals(
                PUBLIC,
                policy.decide("example.org", 80, rebinding)
                        .address()
                        .orElseThrow()
                        .getHostAddress());
        assertEquals(1, resolved.size());
        assertTrue(policy.decide("example.org", 80, rebinding).address().isEmpty());
        assertEquals(2, resolved.size());
    }

    @Test
    void hosts_that_are_not_listed_are_not_even_resolved() {
        assertEquals(Optional.empty(), reached("example.org", "example.net", 443, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org", "secret.example.org", 443, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org", "xexample.org", 443, PUBLIC));
        assertEquals(Optional.empty(), reached("*.example.org", "example.org", 443, PUBLIC));
        assertEquals(Optional.empty(), reached("*.example.org", "xexample.org", 443, PUBLIC));
        assertEquals(List.of(), resolved);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EXAMPLE.org", "example.org.", "Example.Org."})
    void case_and_a_last_dot_make_no_difference(String host) {
        assertEquals(Optional.of(PUBLIC), reached("example.org", host, 80, PUBLIC));
        assertEquals(Optional.of(PUBLIC), reached(host, "example.org", 80, PUBLIC));
    }

    @Test
    void an_international_name_is_its_ascii_form() {
        assertEquals(Optional.of(PUBLIC), reached("b\u00fccher.example.org", "xn--bcher-kva.example.org", 80, PUBLIC));
        assertEquals(Optional.of(PUBLIC), reached("xn--bcher-kva.example.org", "B\u00dcCHER.example.org", 80, PUBLIC));
        // Full-width letters and dots are equal to the ASCII ones.
        assertEquals(Optional.of(PUBLIC), reached("example.org", "\uff45xample\u3002org", 80, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org", "ex\u0430mple.org", 80, PUBLIC), "a Cyrillic letter");
    }

    @Test
    void ports_are_those_of_the_web_or_the_one_that_is_named() {
        assertEquals(Optional.of(PUBLIC), reached("example.org", "example.org", 80, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org", "example.org", 22, PUBLIC));
        assertEquals(Optional.of(PUBLIC), reached("example.org:22", "example.org", 22, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org:22", "example.org", 443, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org:22", "example.org", 0, PUBLIC));
        assertEquals(Optional.empty(), reached("example.org:22", "example.org", 65558, PUBLIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.100.100.200",
                "169.254.169.254",
                "172.31.255.255",
                "192.0.0.192",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "::1",
                "::",
                "::127.0.0.1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::7f00:1",
                "fe80::1",
                "fd00:ec2::254",
                "fc00::1",
                "ff02::1",
                "2002:7f00:1::",
                "2001:0:1::1"
            })
    void a_name_with_a_special_address_is_not_reached_unless_that_is_named(String address) {
        assertEquals(Optional.empty(), reached("example.org", "example.org", 80, address));
        assertEquals(Optional.empty(), reached("example.org 0.0.0.0/0 ::/0", "example.org", 80, address));
        assertEquals(Optional.empty(), reached("example.org 0.0.0.0/0 ::/0 2000::/3", address, 80));
        String named = address.contains(":") ? "[" + address + "]" : address;
        assertTrue(reached("example.org " + named, "example.org", 80, address).isPresent());
        assertTrue(reached(named + ":8080", address, 8080).isPresent());
        assertFalse(reached(named + ":8080", address, 80).isPresent());
    }

    @Test
    void a_name_of_which_one_address_is_special_is_reached_at_the_other() {
        assertEquals(Optional.of(PUBLIC), reached("example.org", "example.org", 80, "127.0.0.1", PUBLIC));
    }

    @Test
    void an_address_is_reached_only_where_addresses_are_listed() {
        assertEquals(Optional.empty(), reached("example.org", PUBLIC, 80));
        assertEquals(Optional.of(PUBLIC), reached("203.0.113.0/24", PUBLIC, 80));
        assertEquals(Optional.of(PUBLIC), reached("203.0.113.0/24", "::ffff:203.0.113.10", 80));
        assertEquals(Optional.empty(), reached("203.0.113.0/29", PUBLIC, 80));
        assertTrue(reached("2001:db8::/32", "2001:db8:2::10", 443).isPresent());
        assertTrue(reached("[2001:db8::/32]:8443", "2001:db8:2::10", 8443).isPresent());
        assertTrue(reached("10.0.0.0/8", "10.9.8.7", 80).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "017700000001",
                "0x7f000001",
                "0x7f.1",
                "127.1",
                "127.0.1",
                "0177.0.0.1",
                "127.0.0.01",
                "1.2.3.4.5",
                "example.1",
                "127.0.0.1.",
                "1.2.3.256",
                "fe80::1%eth0",
                "",
                ".",
                "example.org..",
                "a..b",
                "-a.org",
                "exa mple.org",
                "example.org\u0000.net",
                "[::1]"
            })
    void an_unusual_spelling_is_refused(String host) {
        EgressPolicy all = EgressPolicy.of(List.of("*.org", "*.net", "127.0.0.1", "::1", "1.2.3.4"));
        EgressPolicy.Decision decision = all.decide(host, 80, answering("127.0.0.1"));
        assertEquals(Optional.empty(), decision.address());
        assertEquals(List.of(), resolved);
    }

    @Test
    void a_name_without_an_address_is_refused() {
        EgressPolicy.Decision decision = EgressPolicy.of(List.of("example.org")).decide("example.org", 80, name -> {
            throw new UnknownHostException(name);
        });
        assertEquals("this name has no address", decision.reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "a.*.org",
                "example.org:0",
                "example.org:65536",
                "example.org:x",
                "http://example.org",
                "example.org/path",
                "1.2.3.4/33",
                "2001:db8::/129",
                "[example.org]:80",
                "[::1",
                "user@example.org",
                "127.1"
            })
    void an_invalid_entry_of_a_policy_is_refused(String text) {
        String message = assertThrows(InvalidSpecException.class, () -> EgressPolicy.of(List.of(text)))
                .getMessage();
        assertTrue(message.contains("is not HOST[:PORT]"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, true",
        "example.org, example.org:443, true",
        "example.org:443, example.org, false",
        "*.example.org, a.example.org, true",
        "*.example.org, *.a.example.org, true",
        "*.example.org, example.org, false",
        "example.org, *.example.org, false",
        "10.0.0.0/8, 10.1.0.0/16, true",
        "10.1.0.0/16, 10.0.0.0/8, false",
        "0.0.0.0/0, 203.0.113.1, true",
        "0.0.0.0/0, 10.0.0.1, false",
        "0.0.0.0/0, example.org, false"
    })
    void an_operators_policy_covers_what_is_within_it(String operators, String wanted, boolean covered) {
        assertEquals(
                covered,
                EgressPolicy.of(List.of(operators)).firstBeyond(List.of(wanted)).isEmpty());
    }
}
