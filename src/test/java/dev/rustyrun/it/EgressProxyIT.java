package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The proxy of a container with {@code --allow}: its privileges, its log, and changes of its list of hosts. */
@NativeOnly("the same code runs on a JVM, many times slower")
class EgressProxyIT extends EgressContainers {

    @Test
    void the_list_of_a_running_container_is_replaced_and_a_wrong_one_changes_nothing() throws Exception {
        Process container = asking("policy1", "web.example.org", "four.example.org");
        try {
            assertEquals("refused", ask(container));
            update("policy1", "--allow", "four.example.org", "--allow", "10.0.0.0/8")
                    .expect(0);
            assertEquals("the web", ask(container));
            Launcher.Result wrong = update("policy1", "--allow", "web.example.org", "--allow", "a b");
            assertTrue(wrong.expect(1).errorLine().contains("allowed host \"a b\" is not HOST[:PORT]"), wrong.err());
            assertEquals("the web", ask(container));
            update("policy1", "--allow", "").expect(0);
            assertEquals("refused", ask(container));
        } finally {
            container.getOutputStream().close();
            container.waitFor();
        }
        assertTrue(update("policy1", "--allow", "a.org").expect(1).errorLine().contains("policy1"));
    }

    @Test
    void a_container_without_a_list_has_no_proxy_to_change() throws Exception {
        Process container = new ProcessBuilder(
                        world.command(Launcher.runCommand("--name", "policy2", "--command", "sleep", "4646")))
                .start();
        try {
            Host.expectRunning("sleep 4646");
            String line =
                    update("policy2", "--allow", "four.example.org").expect(1).errorLine();
            assertTrue(line.contains("\"policy2\" was started without allowed hosts"), line);
        } finally {
            container.destroyForcibly();
            container.waitFor();
        }
        Host.expectEnded("sleep 4646");
    }

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

    @Test
    void a_proxy_is_nobody_without_capabilities_and_with_a_filter_in_all_of_its_threads() throws Exception {
        Process container = asking("policy4", "four.example.org", "four.example.org");
        try {
            // The confined proxy can still resolve names and connect.
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
            assertFalse(environment.contains("PATH=/"), "the proxy must not have its starter's environment");
        } finally {
            container.getOutputStream().close();
            container.waitFor();
        }
    }

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
            Host.eventually("an attempt is reported", () -> {
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

    @Test
    void when_run_is_killed_nothing_of_the_proxy_is_left_in_the_store() throws Exception {
        Process container = asking("policy6", "four.example.org", "four.example.org");
        assertEquals("the web", ask(container));
        Path folder = Path.of("/run/rustyrun/policy6");
        assertTrue(Files.exists(folder.resolve("egress")));
        // Kill the process only: destroyForcibly would close its standard input as well, and the container would end at
        // the same moment.
        Host.signal(container.pid(), "KILL");
        container.waitFor();
        Host.eventually("the proxy's folder is removed", () -> !Files.exists(folder));
    }

    @Test
    void a_service_replaces_lists_within_its_own_and_reports_and_counts_attempts() throws Exception {
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
                        beyond.expect(1).errorLine().contains("is not allowed by this service's configuration"),
                        beyond.err());
                assertEquals("{\"allow\":[\"web.example.org\"]}", service.get("/v1/containers/" + id + "/allow"));
                service.client("update", "--allow", "four.example.org", id).expect(0);
                assertEquals("{\"allow\":[\"four.example.org\"]}", service.get("/v1/containers/" + id + "/allow"));
                Host.eventually(
                        "the container reaches the web server",
                        () -> service.client("logs", id).out().contains("the web"));
                Host.eventually(
                        "it is reported", () -> Host.read(told.toString()).contains("\"allowed\":true"));
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
}
