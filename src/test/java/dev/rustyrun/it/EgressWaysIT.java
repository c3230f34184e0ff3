package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** Attempts to bypass {@code --allow}; none of them may succeed. */
@NativeOnly("the same code runs on a JVM, many times slower")
class EgressWaysIT extends EgressContainers {

    @Test
    void w01_an_address_instead_of_a_name() {
        expectRefused(answer("web.example.org", "GET http://" + NetworkWorld.WEB + "/ HTTP/1.1"));
    }

    @Test
    void w02_dns_has_no_route() {
        String script = "cat /proc/net/route | wc -l; ls /sys/class/net; nslookup -type=a web.example.org "
                + NetworkWorld.ROUTER + " 2>&1 | grep -c 203; ping -c 1 -W 1 " + NetworkWorld.WEB
                + " >/dev/null 2>&1; echo $?";
        String out = allowing("web.example.org", script).out();
        assertTrue(out.startsWith("1\nlo\n0\n"), out);
        assertFalse(out.endsWith("\n0\n"), out);
    }

    @Test
    void w07_datagrams_and_w08_raw_packets_have_no_way_out() {
        String try4and6 = Attempts.INSIDE + " datagrams " + NetworkWorld.ROUTER + " " + NetworkWorld.WEB6 + " 53";
        List<String> plain = List.of("udp", "udp6", "udp-broadcast", "udp-multicast", "udplite");
        List<String> raw = List.of("raw-icmp", "raw-icmp6", "raw-ip");
        for (List<String> options : List.of(List.<String>of(), List.of("--cap-add", "NET_ADMIN"))) {
            List<String> words = new ArrayList<>(List.of("--allow", "four.example.org", "--volume", Attempts.volume()));
            words.addAll(options);
            words.addAll(List.of("--command", "sh", "-c", try4and6));
            Map<String, String> results = Attempts.results(
                    world.run(words.toArray(String[]::new)).expect(0).out());
            for (String way : plain) {
                assertEquals("ENETUNREACH", results.get(way), way + " of " + results);
            }
            for (String way : raw) {
                assertEquals("ENETUNREACH", results.get(way), way + " of " + results);
            }
            // Tunnel devices may exist; they are down and have no routes.
            results.forEach((way, result) -> assertFalse(result.equals("ok"), way + " of " + results));
        }
        // The same program reaches the address from the host, so the attempt itself works.
        assertEquals(
                "ok",
                Attempts.results(world.onHost(
                                        Attempts.program().toString(),
                                        "datagrams",
                                        NetworkWorld.ROUTER,
                                        NetworkWorld.WEB6,
                                        "53")
                                .out())
                        .get("udp"));
    }

    @Test
    void w07_the_proxy_passes_no_datagrams_on() {
        String associate =
                "printf '\\005\\001\\000\\005\\003\\000\\001\\000\\000\\000\\000\\000\\000' | nc 127.0.0.1 3128 | od -An -tx1";
        String answer = allowing(NetworkWorld.WEB, associate).out().strip();
        assertTrue(answer.startsWith("05 00 05 07"), answer);
    }

    @Test
    void w12_the_address_that_was_checked_is_the_one_that_is_connected_to() {
        world.rebind(NetworkWorld.WEB, NetworkWorld.PRIVATE);
        String request = "GET http://" + NetworkWorld.REBINDING + "/ HTTP/1.1";
        // The name server answers with each address in turn, so a second DNS query for one request would change the
        // order.
        for (int i = 0; i < 3; i++) {
            expectWeb(answer(NetworkWorld.REBINDING, request));
            expectRefused(answer(NetworkWorld.REBINDING, request));
        }
    }

    @Test
    void w15_an_allowed_proxy_makes_its_targets_reachable_but_no_other_proxy() {
        String proxy = "read line; while IFS= read -r more && [ ${#more} -gt 1 ]; do :; done;"
                + " set -- $line; printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; exec busybox nc ${2%:*} ${2#*:}";
        world.serve("busybox", "nc", "-ll", "-p", "8084", "-e", "sh", "-c", proxy);
        String nested = "(printf 'CONNECT four.example.org:8084 HTTP/1.1\\r\\n\\r\\n';"
                + " printf 'CONNECT " + NetworkWorld.OTHER + ":80 HTTP/1.1\\r\\n\\r\\n'; sleep 1;"
                + " printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1) | nc 127.0.0.1 3128";
        Host.eventually(
                "the other proxy connects",
                () -> world.onHost(
                                "sh",
                                "-c",
                                "(printf 'CONNECT " + NetworkWorld.OTHER
                                        + ":80 HTTP/1.1\\r\\n\\r\\n'; sleep 1; printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1)"
                                        + " | busybox nc " + NetworkWorld.WEB + " 8084")
                        .out()
                        .contains("the web"));
        Launcher.Result through = allowing("four.example.org:8084", nested);
        expectWeb(through.out());
        assertTrue(
                through.err().contains("\"host\":\"four.example.org\",\"port\":8084,\"allowed\":true"), through.err());
        assertFalse(through.err().contains(NetworkWorld.OTHER), "it does not see what the other proxy reaches");
        expectRefused(allowing("four.example.org", nested).out());
    }

    @Test
    void w03_dns_over_https_is_a_host_like_others() {
        expectRefused(answer("four.example.org", "CONNECT dns.example.net:443 HTTP/1.1"));
        expectRefused(answer("four.example.org", "CONNECT 8.8.8.8:443 HTTP/1.1"));
    }

    @Test
    void w04_ipv6_and_w05_mapped_ipv6() {
        expectRefused(answer("four.example.org", "GET http://[" + NetworkWorld.WEB6 + "]/ HTTP/1.1"));
        expectRefused(answer("four.example.org", "GET http://[::ffff:" + NetworkWorld.WEB + "]/ HTTP/1.1"));
        expectRefused(answer("mapped.example.org:9000", "GET http://mapped.example.org:9000/ HTTP/1.1"));
        expectWeb(answer(NetworkWorld.WEB6, "GET http://[" + NetworkWorld.WEB6 + "]/ HTTP/1.1"));
    }

    @Test
    void w06_decimal_and_octal_addresses() {
        for (String spelling : List.of("3405803786", "0313.0.0161.012", "0xcb00710a", "203.0.28938")) {
            expectRefused(answer(NetworkWorld.WEB + " *.example.org", "GET http://" + spelling + "/ HTTP/1.1"));
        }
    }

    @Test
    void w10_a_host_header_unlike_the_request_is_replaced() {
        String answer = answer("web.example.org", "GET http://web.example.org/ HTTP/1.1", "Host: other.example.net");
        expectWeb(answer);
        expectRefused(answer("web.example.org", "GET http://other.example.net/ HTTP/1.1", "Host: web.example.org"));
        expectRefused(answer("web.example.org", "CONNECT other.example.net:443 HTTP/1.1", "Host: web.example.org:443"));
    }

    @Test
    void w12_and_w13_names_of_the_hosts_loopback_of_private_and_metadata_addresses() {
        expectRefused(answer("loop.example.org:9000", "GET http://loop.example.org:9000/ HTTP/1.1"));
        expectRefused(answer("own.example.org:9000", "GET http://own.example.org:9000/ HTTP/1.1"));
        expectWeb(answer(
                "own.example.org:9000 " + NetworkWorld.OWN + ":9000", "GET http://own.example.org:9000/ HTTP/1.1"));
        expectRefused(answer("inner.example.org", "GET http://inner.example.org/ HTTP/1.1"));
        expectRefused(answer("meta.example.org", "GET http://meta.example.org/ HTTP/1.1"));
        expectRefused(answer("0.0.0.0/0", "GET http://" + NetworkWorld.METADATA + "/ HTTP/1.1"));
        expectWeb(answer("inner.example.org " + NetworkWorld.PRIVATE, "GET http://inner.example.org/ HTTP/1.1"));
    }

    @Test
    void w14_a_port_that_is_not_listed() {
        expectRefused(answer("four.example.org", "GET http://four.example.org:8081/ HTTP/1.1"));
        expectWeb(answer("four.example.org:8081", "GET http://four.example.org:8081/ HTTP/1.1"));
        expectRefused(answer("four.example.org:8081", "GET http://four.example.org/ HTTP/1.1"));
    }

    @Test
    void w16_trailing_dots_and_w17_upper_case_are_the_same_name() {
        expectWeb(answer("*.Example.org", "GET http://FOUR.example.ORG./ HTTP/1.1"));
        expectRefused(answer("*.example.org", "GET http://example.org/ HTTP/1.1"));
        expectRefused(answer("*.example.org", "GET http://four.example.org.example.net/ HTTP/1.1"));
    }

    @Test
    void a_tunnel_and_socks_connect_to_listed_hosts_only() {
        String tunnel =
                "(printf 'CONNECT %s:80 HTTP/1.1\\r\\n\\r\\n'; sleep 1; printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1)"
                        + " | nc 127.0.0.1 3128";
        expectWeb(allowing("four.example.org", tunnel.replace("%s", "four.example.org"))
                .out());
        expectRefused(allowing("four.example.org", tunnel.replace("%s", "other.example.net"))
                .out());
        String socks = "(printf '\\005\\001\\000\\005\\001\\000\\003\\020four.example.org\\000\\120'; sleep 1;"
                + " printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 1) | nc 127.0.0.1 3128";
        expectWeb(allowing("four.example.org", socks).out());
        assertFalse(allowing("web.example.org", socks).out().contains("the web"));
    }

    @Test
    void w19_a_container_that_replaces_its_environment_has_no_way_out() {
        Launcher.Result result =
                allowing("web.example.org", "unset http_proxy HTTP_PROXY; wget -qO- http://" + NetworkWorld.WEB + "/");
        assertTrue(result.exitCode() != 0 && result.out().isEmpty(), result.out());
    }

    @Test
    void w20_two_containers_have_a_policy_each() {
        expectRefused(answer("other.example.net", "GET http://four.example.org/ HTTP/1.1"));
        expectWeb(answer("four.example.org", "GET http://four.example.org/ HTTP/1.1"));
    }

    @Test
    void w11_a_redirect_to_a_name_that_is_not_listed_is_refused() {
        world.redirect("http://other.example.net/");
        Launcher.Result result = allowing("four.example.org:8082", "wget -qO- http://four.example.org:8082/");
        assertTrue(result.exitCode() != 0 && !result.out().contains("the web"), result.out());
        assertTrue(result.err().contains("\"host\":\"other.example.net\",\"port\":80,\"allowed\":false"), result.err());
    }

    /** The first message of a TLS client that connects to {@code name}, escaped for printf(1). */
    private static String hello(String name) throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        client.setSSLParameters(parameters);
        ByteBuffer sent = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), sent);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sent.position(); i++) {
            text.append(String.format("\\%03o", sent.get(i)));
        }
        return text.toString();
    }

    @Test
    void w09_a_tls_client_that_asks_for_another_server_in_a_tunnel() throws Exception {
        world.serve("busybox", "nc", "-ll", "-p", "443", "-e", "cat");
        Host.eventually(
                "it echoes",
                () -> world.onHost("sh", "-c", "echo back | busybox nc " + NetworkWorld.WEB + " 443")
                        .out()
                        .equals("back\n"));
        String tunnel =
                "printf 'CONNECT four.example.org:443 HTTP/1.1\\r\\n\\r\\n%s' | nc 127.0.0.1 3128 | tr -cd 'a-z.'";
        Launcher.Result own = allowing("four.example.org", tunnel.formatted(hello("four.example.org")));
        assertTrue(own.out().indexOf("four.example.org") > 0, own.err());
        Launcher.Result other = allowing("four.example.org", tunnel.formatted(hello("other.example.net")));
        assertFalse(other.out().contains("other.example.net"), "it was let through");
        assertTrue(other.err().contains("the server name \\\"other.example.net\\\" in it is not allowed"), other.err());
        assertTrue(other.err().contains("\"sent\":0,"), other.err());
        Launcher.Result address = allowing(
                NetworkWorld.WEB,
                tunnel.formatted(hello("other.example.net")).replace("four.example.org", NetworkWorld.WEB));
        assertTrue(address.out().contains("other.example.net"), "an address allows all names at it");
    }

    @Test
    void w17_an_international_name_is_the_one_that_it_stands_for() {
        expectWeb(answer("xn--bcher-kva.example.org", "GET http://xn--bcher-kva.example.org/ HTTP/1.1"));
        // The name is sent as UTF-8 bytes; the proxy refuses them because they are no valid host name.
        expectRefused(answer("*.example.org", "GET http://b\\303\\274cher.example.org/ HTTP/1.1"));
    }

    @Test
    void w18_half_open_connections_do_not_block_others() {
        String script = "for i in $(seq 1 70); do (sleep 100 | nc 127.0.0.1 3128 >/dev/null 2>&1) & done;"
                + " printf 'GET http://four.example.org/ HTTP/1.1\\r\\n\\r\\n' | nc 127.0.0.1 3128; kill $(jobs -p); true";
        expectWeb(allowing("four.example.org", script).out());
    }

    @Test
    void an_invalid_request_is_refused() {
        assertTrue(answer("four.example.org", "GET / HTTP/1.1").startsWith("HTTP/1.1 400 "));
        assertTrue(answer("four.example.org", "GET http://four.example.org@other.example.net/ HTTP/1.1")
                .startsWith("HTTP/1.1 400 "));
        assertTrue(
                answer("four.example.org", "CONNECT four.example.org HTTP/1.1").startsWith("HTTP/1.1 400 "));
    }
}
