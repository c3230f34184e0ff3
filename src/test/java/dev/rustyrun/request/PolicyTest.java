package dev.rustyrun.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Resources;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service's policy: the defaults, the limits, and the message that names the field beyond them. */
class PolicyTest {

    private static final long MIB = 1 << 20;

    private static final Policy POLICY = new Policy(
            Policy.Range.of(MIB, 64 * MIB, 256 * MIB),
            new Policy.Range(new BigDecimal("0.1"), BigDecimal.ONE, new BigDecimal("2")),
            Policy.Range.of(1, 64, 128),
            Policy.Range.of(0, 10, 60),
            Policy.Range.of(0, 1000, 4000),
            Optional.of(Policy.Range.of(LaunchRequest.MIN_STORAGE, 2 * MIB, 8 * MIB)),
            false,
            false,
            List.of("allowed"),
            List.of("*.example.org:443", "192.0.2.0/24:80"),
            Map.of("data", "/srv/data"));

    private static LaunchRequest request(String fields) {
        LaunchRequest request = new LaunchRequest();
        RequestJson.read(fields.replace('\'', '"').getBytes(StandardCharsets.UTF_8), request);
        return request;
    }

    private static LaunchRequest resolve(String fields) {
        return POLICY.resolve(request(fields), 10_000);
    }

    @Test
    void a_request_that_says_nothing_has_the_defaults() {
        LaunchRequest resolved = resolve("{}");
        assertEquals(Optional.of(64 * MIB), resolved.memory());
        assertEquals(Optional.of(BigDecimal.ONE), resolved.cpus());
        assertEquals(Optional.of(64L), resolved.pids());
        assertEquals(10_000, resolved.timeoutMillis());
        Resources usual = POLICY.defaultResources();
        assertEquals(resolved.resources(), usual);
    }

    @Test
    void a_default_is_never_above_the_maximum() {
        assertEquals(BigDecimal.valueOf(5), Policy.Range.of(0, 9, 5).effectiveDefault());
    }

    @ParameterizedTest
    @CsvSource({
        "{'memory': 1048576}, true",
        "{'memory': 268435456}, true",
        "{'cpus': 0.1}, true",
        "{'cpus': 2}, true",
        "{'pids': 128}, true",
        "{'memory': 1048575}, false",
        "{'memory': 268435457}, false",
        "{'cpus': 0.099}, false",
        "{'cpus': 2.001}, false",
        "{'pids': 0}, false",
        "{'pids': 129}, false",
        "{'pids': -1}, false",
        "{'memory': -1}, false"
    })
    void the_ends_of_a_range_belong_to_it(String fields, boolean allowed) {
        if (allowed) {
            resolve(fields);
            return;
        }
        FieldException refused = assertThrows(FieldException.class, () -> resolve(fields), fields);
        String field = fields.replaceAll("\\W*(\\w+).*", "$1");
        assertTrue(refused.getMessage().startsWith(field + " "), refused.getMessage());
        assertTrue(refused.getMessage().contains("that this service allows"), refused.getMessage());
    }

    @Test
    void a_cni_network_is_allowed_by_its_name() {
        assertEquals("cni:allowed", resolve("{'network': 'cni:allowed'}").network());
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "private", "cni:other", "cni:", "container:x", "path:/proc/1/ns/net", "bridge", ""})
    void a_network_that_is_not_allowed_is_refused(String network) {
        FieldException refused =
                assertThrows(FieldException.class, () -> resolve("{'network': '" + network + "'}"), network);
        assertTrue(refused.getMessage().contains("network"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "a.example.org, false",
        "a.example.org:443, true",
        "*.a.example.org:443, true",
        "example.org:443, false",
        "192.0.2.7:80, true",
        "192.0.2.0/23:80, false",
        "0.0.0.0/0:80, false"
    })
    void an_allowed_host_must_be_within_the_operators_list(String host, boolean allowed) {
        String fields = "{'allow': ['" + host + "']}";
        if (allowed) {
            assertEquals(List.of(host), resolve(fields).allowed());
        } else {
            assertThrows(FieldException.class, () -> resolve(fields), host);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a:size=1m,exec",
                "/a:mpol=bind:0",
                "/a:size=1m,size=",
                "/a:huge=always",
                "/a:suid",
                "/a:size=-1"
            })
    void a_tmpfs_has_no_option_that_gives_more_than_its_size(String tmpfs) {
        assertThrows(FieldException.class, () -> resolve("{'tmpfs': ['" + tmpfs + "']}"), tmpfs);
    }

    @Test
    void a_mount_is_a_name_that_the_operator_has_configured() {
        Volume mounted = resolve("{'mounts': [{'source': 'data', 'target': '/d', 'readOnly': true}]}")
                .mounts()
                .get(0);
        assertEquals("/srv/data", mounted.source());
        assertTrue(mounted.isReadOnly());
        for (String source : List.of("/srv/data", "../data", "", "Data", "/")) {
            assertThrows(
                    FieldException.class,
                    () -> resolve("{'mounts': [{'source': '" + source + "', 'target': '/d'}]}"),
                    source);
        }
    }

    @Test
    void a_detached_container_may_run_for_the_maximum_time() {
        assertEquals(60_000, POLICY.longestTimeoutMillis(Optional.empty()));
        assertEquals(1_500, POLICY.longestTimeoutMillis(Optional.of(new BigDecimal("1.5"))));
        assertEquals(10_000, POLICY.timeoutMillis(Optional.empty()));
        assertThrows(FieldException.class, () -> POLICY.timeoutMillis(Optional.of(new BigDecimal("60.001"))));
    }

    @Test
    void a_layer_on_disk_is_limited_and_one_in_memory_is_not() {
        assertEquals(
                Optional.of(2 * MIB), POLICY.onDisk(request("{'image': 'a'}")).storageSize());
        assertEquals(
                Optional.of(8 * MIB),
                POLICY.onDisk(request("{'image': 'a', 'storageSize': '8m'}")).storageSize());
        FieldException refused =
                assertThrows(FieldException.class, () -> POLICY.onDisk(request("{'image': 'a', 'storageSize': '9m'}")));
        assertEquals("storageSize 9m is not in the range 64k to 8m that this service allows", refused.getMessage());
        assertEquals(Optional.empty(), resolve("{'image': 'a'}").storageSize());
    }

    @Test
    void an_output_is_kept_up_to_the_maximum() {
        assertEquals(1000, POLICY.output("maxOutput", Optional.empty()));
        assertThrows(FieldException.class, () -> POLICY.output("maxOutput", Optional.of(4001L)));
        assertThrows(FieldException.class, () -> POLICY.output("maxOutput", Optional.of(Long.MAX_VALUE)));
    }
}
