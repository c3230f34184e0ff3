package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code --allow}: a container reaches the hosts that are listed, and these are ways around that. Needs ip(8) and dnsmasq. */
class EgressIT {

    private static NetworkWorld world;

    @BeforeAll
    static void makeWorld() {
        Launcher.requireRoot();
        world = new NetworkWorld();
    }

    @AfterAll
    static void removeWorld() {
        if (world != null) {
            world.close();
        }
    }

    @AfterEach
    void expectNoProxyLeft() {
        Host.eventually("no proxy is left", () -> proxies().isEmpty(), EgressIT::proxies);
    }

    private static List<String> proxies() {
        return Host.processes().values().stream()
                .filter(words -> words.matches("(.*[/ ])?(rustyrun|dev\\.rustyrun\\.Rustyrun) proxy .*"))
                .toList();
    }

    /** A script in a container that may reach {@code hosts}. */
    private static Launcher.Result allowing(String hosts, String script) {
        return world.run(Stream.concat(
                        Stream.of(hosts.split(" ")).flatMap(host -> Stream.of("--allow", host)),
                        Stream.of("--command", "sh", "-c", script))
                .toArray(String[]::new));
    }

    /** What the proxy answers to these lines of a request, sent as they are. */
    private static String answer(String hosts, String... lines) {
        String request = String.join("\\r\\n", lines) + "\\r\\n\\r\\n";
        return allowing(hosts, "printf '" + request + "' | nc 127.0.0.1 3128").out();
    }

    private static void expectRefused(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 403 Forbidden\r\n"), answer);
        assertFalse(answer.contains("the web"), answer);
    }

    private static void expectWeb(String answer) {
        assertTrue(answer.contains("the web"), answer);
    }

    @Test
    void a_listed_name_is_reached_by_the_variables_of_the_environment_and_logged() {
        Launcher.Result result =
                allowing("web.example.org", "wget -qO- http://web.example.org/").expect(0);
        assertEquals("the web\n", result.out());
        assertTrue(
                result.err().contains("\"host\":\"web.example.org\",\"port\":80,\"allowed\":true,\"address\":\""),
                result.err());
        assertTrue(result.err().contains("\"received\":"), result.err());
    }

    @Test
    void a_name_that_is_not_listed_is_refused_and_logged() {
        Launcher.Result result = allowing("web.example.org", "wget -qO- http://other.example.net/");
        assertTrue(result.exitCode() != 0);
        assertEquals("", result.out());
        assertTrue(result.err().contains("\"host\":\"other.example.net\",\"port\":80,\"allowed\":false"), result.err());
    }

    @Test
    void w01_an_address_instead_of_a_name() {
        expectRefused(answer("web.example.org", "GET http://" + NetworkWorld.WEB + "/ HTTP/1.1"));
    }

    @Test
    void w02_dns_and_w07_udp_and_w08_raw_sockets_have_no_route() {
        String script = "cat /proc/net/route | wc -l; ls /sys/class/net; nslookup -type=a web.example.org "
                + NetworkWorld.ROUTER + " 2>&1 | grep -c 203; ping -c 1 -W 1 " + NetworkWorld.WEB
                + " >/dev/null 2>&1; echo $?";
        String out = allowing("web.example.org", script).out();
        assertTrue(out.startsWith("1\nlo\n0\n"), out);
        assertFalse(out.endsWith("\n0\n"), out);
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

    @Test
    void w18_half_open_connections_leave_room_for_others() {
        String script = "for i in $(seq 1 40); do (sleep 8 | nc 127.0.0.1 3128 >/dev/null 2>&1) & done;"
                + " printf 'GET http://four.example.org/ HTTP/1.1\\r\\n\\r\\n' | nc 127.0.0.1 3128; kill $(jobs -p); true";
        expectWeb(allowing("four.example.org", script).out());
    }

    @Test
    void whoever_is_killed_no_proxy_is_left() throws Exception {
        Process run = new ProcessBuilder(
                        world.command(Launcher.runCommand("--allow", "four.example.org", "--command", "sleep", "4545")))
                .start();
        Host.expectRunning("sleep 4545");
        assertEquals(1, proxies().size());
        run.destroyForcibly();
        run.waitFor();
        Host.expectEnded("sleep 4545");
    }

    @Test
    void a_bundle_asks_for_it_by_annotation() {
        try (OciBundle bundle = new OciBundle(
                "sh", "-c", "printf 'GET http://four.example.org/ HTTP/1.1\\r\\n\\r\\n' | nc 127.0.0.1 3128")) {
            bundle.edit(
                    config -> config.putObject("annotations").put("dev.rustyrun.allow", "four.example.org,10.0.0.0/8"));
            expectWeb(Launcher.execute(
                            world.command(bundle.command(
                                    "run", "--bundle", bundle.directory().toString(), "box")),
                            "")
                    .expect(0)
                    .out());
            bundle.edit(config -> config.putObject("annotations").put("dev.rustyrun.allow", "a b"));
            String line = bundle.create("box").expect(125).errorLine();
            assertTrue(line.contains("allowed host \"a b\" is not HOST[:PORT]"), line);
        }
    }

    @Test
    void a_service_allows_what_its_operator_lists_and_logs_attempts() throws Exception {
        try (NetworkWorld.Service service = world.new Service(18092, "RUSTYRUN_ALLOW=*.example.org")) {
            String allowed = service.run(reaching("four.example.org")).expect(0).out();
            assertTrue(allowed.contains("the web"), allowed);
            Launcher.Result beyond = service.run(reaching("other.example.net"));
            assertTrue(beyond.exitCode() != 0 && beyond.err().contains("422"), beyond.err());
            Host.eventually(
                    "the attempt is logged",
                    () -> service.log().contains("\"host\":\"four.example.org\",\"port\":80,\"allowed\":true"));
        }
    }

    /** A request that may reach {@code host}, and does. */
    private static String reaching(String host) {
        return "{\"rootfs\": \"busybox\", \"allow\": [\"" + host + "\"], \"command\": [\"wget\", \"-qO-\", \"http://"
                + host + "/\"]}";
    }

    @Test
    void what_is_no_request_is_refused() {
        assertTrue(answer("four.example.org", "GET / HTTP/1.1").startsWith("HTTP/1.1 400 "));
        assertTrue(answer("four.example.org", "GET http://four.example.org@other.example.net/ HTTP/1.1")
                .startsWith("HTTP/1.1 400 "));
        assertTrue(
                answer("four.example.org", "CONNECT four.example.org HTTP/1.1").startsWith("HTTP/1.1 400 "));
    }
}
