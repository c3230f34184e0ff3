package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code --allow}: a container reaches the listed hosts, whichever interface (command line, client, HTTP) launches it.
 */
class EgressIT extends EgressContainers {

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
    void whichever_process_is_killed_no_proxy_is_left() throws Exception {
        for (String first : List.of("true", "wget -qO- http://four.example.org/")) {
            Process run = new ProcessBuilder(world.command(Launcher.runCommand(
                            "--allow", "four.example.org", "--command", "sh", "-c", first + "; exec sleep 4545")))
                    .start();
            Host.expectRunning("sleep 4545");
            assertEquals(first.equals("true") ? 0 : 1, proxies().size(), "it starts with the first connection");
            run.destroyForcibly();
            run.waitFor();
            Host.expectEnded("sleep 4545");
            Host.eventually("no proxy is left", () -> proxies().isEmpty(), EgressContainers::proxies);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_connection_of_the_containers_last_moment_is_logged() {
        Launcher.Result result = allowing(
                "four.example.org",
                // Ends as soon as the proxy's end of the connection has the request, or the proxy has answered it.
                "printf 'GET http://other.example.net/ HTTP/1.1\r\n\r\n' | nc 127.0.0.1 3128 > /dev/shm/answer &"
                        + " until [ -s /dev/shm/answer ]"
                        + " || grep -qE ':0C38 [0-9A-F]+:[0-9A-F]+ 01 0+:0*[1-9A-F]' /proc/net/tcp; do :; done");
        assertTrue(result.expect(0).err().contains("{\"event\":\"egress\","), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_bundle_requests_it_by_annotation() {
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
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("allowed host \"a b\" is not HOST[:PORT]"), line);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_service_allows_what_its_operator_lists_and_logs_attempts() throws Exception {
        try (NetworkWorld.Service service = world.new Service(18092, "RUSTYRUN_ALLOW=*.example.org")) {
            String allowed = service.run(reaching("four.example.org")).expect(0).out();
            assertTrue(allowed.contains("the web"), allowed);
            String inObject =
                    reaching("four.example.org").replaceFirst("(\"allow\": \\[[^]]*\\])", "\"network\": {$1}");
            assertTrue(service.run(inObject).expect(0).out().contains("the web"), inObject);
            Launcher.Result beyond = service.run(reaching("other.example.net"));
            assertTrue(beyond.exitCode() != 0 && beyond.err().contains("422"), beyond.err());
            Host.eventually(
                    "the attempt is logged",
                    () -> service.log().contains("\"host\":\"four.example.org\",\"port\":80,\"allowed\":true"));
        }
    }

    /** An HTTP launch request that allows {@code host} and connects to it. */
    private static String reaching(String host) {
        return "{\"rootfs\": \"busybox\", \"allow\": [\"" + host + "\"], \"command\": [\"wget\", \"-qO-\", \"http://"
                + host + "/\"]}";
    }
}
