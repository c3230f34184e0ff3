package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
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

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_name_that_is_not_listed_is_refused_and_logged() {
        Launcher.Result result = allowing("web.example.org", "wget -qO- http://other.example.net/");
        assertTrue(result.exitCode() != 0);
        assertEquals("", result.out());
        assertTrue(result.err().contains("\"host\":\"other.example.net\",\"port\":80,\"allowed\":false"), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w01_an_address_instead_of_a_name() {
        expectRefused(answer("web.example.org", "GET http://" + NetworkWorld.WEB + "/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w02_dns_and_w07_udp_and_w08_raw_sockets_have_no_route() {
        String script = "cat /proc/net/route | wc -l; ls /sys/class/net; nslookup -type=a web.example.org "
                + NetworkWorld.ROUTER + " 2>&1 | grep -c 203; ping -c 1 -W 1 " + NetworkWorld.WEB
                + " >/dev/null 2>&1; echo $?";
        String out = allowing("web.example.org", script).out();
        assertTrue(out.startsWith("1\nlo\n0\n"), out);
        assertFalse(out.endsWith("\n0\n"), out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w03_dns_over_https_is_a_host_like_others() {
        expectRefused(answer("four.example.org", "CONNECT dns.example.net:443 HTTP/1.1"));
        expectRefused(answer("four.example.org", "CONNECT 8.8.8.8:443 HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w04_ipv6_and_w05_mapped_ipv6() {
        expectRefused(answer("four.example.org", "GET http://[" + NetworkWorld.WEB6 + "]/ HTTP/1.1"));
        expectRefused(answer("four.example.org", "GET http://[::ffff:" + NetworkWorld.WEB + "]/ HTTP/1.1"));
        expectRefused(answer("mapped.example.org:9000", "GET http://mapped.example.org:9000/ HTTP/1.1"));
        expectWeb(answer(NetworkWorld.WEB6, "GET http://[" + NetworkWorld.WEB6 + "]/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w06_decimal_and_octal_addresses() {
        for (String spelling : List.of("3405803786", "0313.0.0161.012", "0xcb00710a", "203.0.28938")) {
            expectRefused(answer(NetworkWorld.WEB + " *.example.org", "GET http://" + spelling + "/ HTTP/1.1"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w10_a_host_header_unlike_the_request_is_replaced() {
        String answer = answer("web.example.org", "GET http://web.example.org/ HTTP/1.1", "Host: other.example.net");
        expectWeb(answer);
        expectRefused(answer("web.example.org", "GET http://other.example.net/ HTTP/1.1", "Host: web.example.org"));
        expectRefused(answer("web.example.org", "CONNECT other.example.net:443 HTTP/1.1", "Host: web.example.org:443"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
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

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w14_a_port_that_is_not_listed() {
        expectRefused(answer("four.example.org", "GET http://four.example.org:8081/ HTTP/1.1"));
        expectWeb(answer("four.example.org:8081", "GET http://four.example.org:8081/ HTTP/1.1"));
        expectRefused(answer("four.example.org:8081", "GET http://four.example.org/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w16_trailing_dots_and_w17_upper_case_are_the_same_name() {
        expectWeb(answer("*.Example.org", "GET http://FOUR.example.ORG./ HTTP/1.1"));
        expectRefused(answer("*.example.org", "GET http://example.org/ HTTP/1.1"));
        expectRefused(answer("*.example.org", "GET http://four.example.org.example.net/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
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

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w19_a_container_that_replaces_its_environment_has_no_way_out() {
        Launcher.Result result =
                allowing("web.example.org", "unset http_proxy HTTP_PROXY; wget -qO- http://" + NetworkWorld.WEB + "/");
        assertTrue(result.exitCode() != 0 && result.out().isEmpty(), result.out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w20_two_containers_have_a_policy_each() {
        expectRefused(answer("other.example.net", "GET http://four.example.org/ HTTP/1.1"));
        expectWeb(answer("four.example.org", "GET http://four.example.org/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w11_a_redirect_to_a_name_that_is_not_listed_is_refused() {
        world.redirect("http://other.example.net/");
        Launcher.Result result = allowing("four.example.org:8082", "wget -qO- http://four.example.org:8082/");
        assertTrue(result.exitCode() != 0 && !result.out().contains("the web"), result.out());
        assertTrue(result.err().contains("\"host\":\"other.example.net\",\"port\":80,\"allowed\":false"), result.err());
    }

    /** What a TLS client sends first that wants the server {@code name}, as printf has it. */
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

    @NativeOnly("the same code runs on a JVM, many times slower")
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
        assertTrue(address.out().contains("other.example.net"), "an address allows all that is there");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w17_an_international_name_is_the_one_that_it_stands_for() {
        expectWeb(answer("xn--bcher-kva.example.org", "GET http://xn--bcher-kva.example.org/ HTTP/1.1"));
        // As bytes of UTF-8, of which a proxy can only say that they are no name.
        expectRefused(answer("*.example.org", "GET http://b\\303\\274cher.example.org/ HTTP/1.1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void w18_half_open_connections_leave_room_for_others() {
        String script = "for i in $(seq 1 70); do (sleep 100 | nc 127.0.0.1 3128 >/dev/null 2>&1) & done;"
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

    /** Which answers a container gets that asks for a host each time a line is written to it. */
    private static Process asking(String id, String allowed, String host) throws IOException {
        return new ProcessBuilder(world.command(Launcher.runCommand(
                        "--name",
                        id,
                        "--allow",
                        allowed,
                        "--command",
                        "sh",
                        "-c",
                        "while read go; do wget -qO- http://" + host + "/ || echo refused; done")))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String ask(Process container) throws IOException {
        container.getOutputStream().write('\n');
        container.getOutputStream().flush();
        StringBuilder line = new StringBuilder();
        for (int next = container.getInputStream().read(); next >= 0 && next != '\n'; ) {
            line.append((char) next);
            next = container.getInputStream().read();
        }
        return line.toString();
    }

    private static Launcher.Result update(String... words) {
        return Launcher.execute(
                Launcher.command(
                        Stream.concat(Stream.of("update"), Stream.of(words)).toArray(String[]::new)),
                "");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_list_of_a_running_container_is_replaced_and_a_wrong_one_changes_nothing() throws Exception {
        Process container = asking("policy1", "web.example.org", "four.example.org");
        try {
            assertEquals("refused", ask(container));
            update("policy1", "--allow", "four.example.org", "--allow", "10.0.0.0/8")
                    .expect(0);
            assertEquals("the web", ask(container));
            Launcher.Result wrong = update("policy1", "--allow", "web.example.org", "--allow", "a b");
            assertTrue(wrong.expect(125).errorLine().contains("allowed host \"a b\" is not HOST[:PORT]"), wrong.err());
            assertEquals("the web", ask(container));
            update("policy1", "--allow", "").expect(0);
            assertEquals("refused", ask(container));
        } finally {
            container.getOutputStream().close();
            container.waitFor();
        }
        assertTrue(update("policy1", "--allow", "a.org").expect(125).errorLine().contains("policy1"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_without_a_list_has_no_proxy_to_change() throws Exception {
        Process container = new ProcessBuilder(
                        world.command(Launcher.runCommand("--name", "policy2", "--command", "sleep", "4646")))
                .start();
        try {
            Host.expectRunning("sleep 4646");
            String line =
                    update("policy2", "--allow", "four.example.org").expect(125).errorLine();
            assertTrue(line.contains("\"policy2\" was started without allowed hosts"), line);
        } finally {
            container.destroyForcibly();
            container.waitFor();
        }
        Host.expectEnded("sleep 4646");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_open_tunnel_to_a_host_that_is_no_longer_allowed_is_closed() throws Exception {
        Process container = new ProcessBuilder(
                        world.command(
                                Launcher.runCommand(
                                        "--name",
                                        "policy3",
                                        "--allow",
                                        "four.example.org",
                                        "--command",
                                        "sh",
                                        "-c",
                                        "(printf 'CONNECT four.example.org:80 HTTP/1.1\\r\\n\\r\\n'; exec sleep 4747) | nc 127.0.0.1 3128")))
                .start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(container.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 200 Connection established", out.readLine());
            update("policy3", "--allow", "web.example.org").expect(0);
            BufferedReader errors =
                    new BufferedReader(new InputStreamReader(container.getErrorStream(), StandardCharsets.UTF_8));
            assertTrue(
                    errors.lines().anyMatch(line -> line.contains("\"reason\":\"it is no longer allowed\"")),
                    "the container has ended before its connection");
        } finally {
            container.destroyForcibly();
            container.waitFor();
        }
        Host.expectEnded("sleep 4747");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_proxy_is_nobody_without_capabilities_and_with_a_filter_in_all_of_its_threads() throws Exception {
        Process container = asking("policy4", "four.example.org", "four.example.org");
        try {
            // It has resolved a name, as it is.
            assertEquals("the web", ask(container));
            long proxy = Host.processes().entrySet().stream()
                    .filter(process -> process.getValue()
                            .matches("(.*[/ ])?(rustyrun|dev\\.rustyrun\\.Rustyrun) proxy policy4 .*"))
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            assertTrue(Files.exists(Path.of("/proc/" + proxy + "/task/" + proxy)));
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + proxy + "/task"))) {
                for (Path thread : threads.toList()) {
                    String status;
                    try {
                        status = Files.readString(thread.resolve("status"));
                    } catch (IOException ended) {
                        continue;
                    }
                    for (String line : List.of(
                            "Uid:\t65534\t65534\t65534\t65534",
                            "Gid:\t65534\t65534\t65534\t65534",
                            "Groups:\t ",
                            "CapInh:\t0000000000000000",
                            "CapPrm:\t0000000000000000",
                            "CapEff:\t0000000000000000",
                            "CapAmb:\t0000000000000000",
                            "NoNewPrivs:\t1",
                            "Seccomp:\t2")) {
                        assertTrue(status.contains(line + "\n"), line + " in " + status);
                    }
                }
            }
            assertEquals(
                    0, ((Integer) Files.getAttribute(Path.of("/proc/" + proxy + "/environ"), "unix:uid")).intValue());
            String environment = Host.read("/proc/" + proxy + "/environ");
            assertFalse(environment.contains("PATH=/"), "it has its starter's environment");
        } finally {
            container.getOutputStream().close();
            container.waitFor();
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void events_tell_of_attempts() throws Exception {
        Process container = asking("policy5", "four.example.org", "four.example.org");
        Path told = Files.createTempFile("rustyrun-events", "");
        try {
            assertEquals("the web", ask(container));
            Process events = new ProcessBuilder(Launcher.command("events", "policy5"))
                    .redirectOutput(told.toFile())
                    .start();
            Host.eventually("it listens", () -> Host.read(told.toString()).contains("\"type\":\"stats\""));
            Host.eventually("an attempt is told", () -> {
                try {
                    ask(container);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return Host.read(told.toString())
                        .contains("{\"type\":\"egress\",\"id\":\"policy5\",\"data\":{\"event\":\"egress\",");
            });
            container.getOutputStream().close();
            container.waitFor();
            assertEquals(0, events.waitFor());
        } finally {
            container.destroyForcibly();
            Files.delete(told);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void when_run_is_killed_nothing_of_the_proxy_is_left_in_the_store() throws Exception {
        Process container = asking("policy6", "four.example.org", "four.example.org");
        assertEquals("the web", ask(container));
        Path folder = Path.of("/run/rustyrun/policy6");
        assertTrue(Files.exists(folder.resolve("egress")));
        // By itself: destroyForcibly would close the standard input too, and the container would end at the same
        // moment.
        Host.signal(container.pid(), "KILL");
        container.waitFor();
        Host.eventually("its folder is gone", () -> !Files.exists(folder));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_service_replaces_lists_within_its_own_and_tells_and_counts_attempts() throws Exception {
        Path told = Files.createTempFile("rustyrun-events", "");
        try (NetworkWorld.Service service = world.new Service(18094, "RUSTYRUN_ALLOW=*.example.org")) {
            Process events = service.events(told);
            try {
                String id = service.client(
                                "run",
                                "--detach",
                                "--rootfs",
                                "busybox",
                                "--allow",
                                "web.example.org",
                                "--command",
                                "sh",
                                "-c",
                                "while sleep 0.2; do wget -qO- http://four.example.org/; done")
                        .expect(0)
                        .out()
                        .strip();
                Host.eventually(
                        "it is refused",
                        () -> Host.read(told.toString())
                                .matches("(?s).*\"event\":\"egress\",\"id\":\"" + id
                                        + "\",[^\n]*\"host\":\"four.example.org\",\"port\":80,\"allowed\":false.*"));
                assertEquals("{\"allow\":[\"web.example.org\"]}", service.get("/v1/containers/" + id + "/allow"));
                Launcher.Result beyond = service.client("update", "--allow", "other.example.net", id);
                assertTrue(
                        beyond.expect(125).errorLine().contains("is not allowed by this service's configuration"),
                        beyond.err());
                assertEquals("{\"allow\":[\"web.example.org\"]}", service.get("/v1/containers/" + id + "/allow"));
                service.client("update", "--allow", "four.example.org", id).expect(0);
                assertEquals("{\"allow\":[\"four.example.org\"]}", service.get("/v1/containers/" + id + "/allow"));
                Host.eventually(
                        "it gets the web",
                        () -> service.client("logs", id).out().contains("the web"));
                Host.eventually("it is told", () -> Host.read(told.toString()).contains("\"allowed\":true"));
                assertTrue(Host.read(told.toString()).contains("\"event\":\"policy\",\"id\":\"" + id + "\""));
                assertTrue(service.metric("rustyrun_egress_attempts_total{allowed=\"true\"}") >= 1);
                assertTrue(service.metric("rustyrun_egress_attempts_total{allowed=\"false\"}") >= 1);
                assertTrue(service.metric("rustyrun_egress_bytes_total{direction=\"received\"}") >= 8);
                service.client("delete", "--force", id).expect(0);
            } finally {
                events.destroyForcibly();
            }
        } finally {
            Files.delete(told);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
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

    @NativeOnly("the same code runs on a JVM, many times slower")
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

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void what_is_no_request_is_refused() {
        assertTrue(answer("four.example.org", "GET / HTTP/1.1").startsWith("HTTP/1.1 400 "));
        assertTrue(answer("four.example.org", "GET http://four.example.org@other.example.net/ HTTP/1.1")
                .startsWith("HTTP/1.1 400 "));
        assertTrue(
                answer("four.example.org", "CONNECT four.example.org HTTP/1.1").startsWith("HTTP/1.1 400 "));
    }
}
