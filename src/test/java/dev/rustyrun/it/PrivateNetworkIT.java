package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code --net private}: a network namespace of the container's own with access to the outside. Needs pasta (package
 * passt), ip(8) and dnsmasq.
 */
class PrivateNetworkIT extends InNetworkWorld {

    private static Launcher.Result inPrivate(String script) {
        return world.run("--net", "private", "--command", "sh", "-c", script);
    }

    private static void expectNoPasta() {
        Host.eventually("no pasta is left", () -> world.processes("pasta").isEmpty(), () -> world.processes("pasta"));
    }

    @Test
    void it_reaches_the_world_by_ipv4_by_ipv6_and_by_name() {
        String out = inPrivate("wget -qO- http://" + NetworkWorld.WEB + "/ && wget -qO- 'http://[" + NetworkWorld.WEB6
                        + "]/' && nslookup -type=a four.example.org 169.254.1.1")
                .expect(0)
                .out();
        assertTrue(out.startsWith("the web\nthe web\n"), out);
        assertTrue(out.contains(NetworkWorld.WEB), out);
        expectNoPasta();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_loopback_of_the_host_is_not_reached() {
        for (String address : List.of("127.0.0.1", "198.51.100.2", NetworkWorld.ROUTER)) {
            Launcher.Result result = inPrivate("timeout 3 wget -qO- http://" + address + ":9000/; exit $?");
            assertEquals("", result.out(), address);
            assertTrue(result.exitCode() != 0, address);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_published_port_of_the_host_leads_into_the_container() throws Exception {
        Process run = new ProcessBuilder(world.command(Launcher.runCommand(
                        "--net",
                        "private",
                        "--publish",
                        "127.0.0.1:18080:80",
                        "-p",
                        "18053:53/udp",
                        "--command",
                        "sh",
                        "-c",
                        "mkdir -p /tmp/w; echo inside > /tmp/w/index.html; exec httpd -f -p 80 -h /tmp/w")))
                .start();
        try {
            Host.eventually(
                    "the port answers",
                    () -> world.onHost("busybox", "wget", "-qO-", "http://127.0.0.1:18080/")
                            .out()
                            .equals("inside\n"));
            assertTrue(world.onHost("sh", "-c", "cat /proc/net/udp").out().contains(":4685 "), "18053 is UDP's");
            assertEquals(
                    125,
                    world.run("--net", "private", "-p", "127.0.0.1:18080:80", "--command", "true")
                            .exitCode(),
                    "the port is taken");
        } finally {
            run.destroyForcibly();
            run.waitFor();
        }
        expectNoPasta();
        world.run("--net", "private", "-p", "127.0.0.1:18080:80", "--command", "true")
                .expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void whichever_process_is_killed_no_pasta_is_left() throws Exception {
        for (String victim : List.of("run", "child", "init", "guard", "pasta")) {
            Process run = new ProcessBuilder(
                            world.command(Launcher.runCommand("--net", "private", "--command", "sleep", "4242")))
                    .start();
            Host.expectRunning("sleep 4242");
            assertEquals(true, world.processes("pasta").size() >= 2, "pasta and its guard");
            List<Long> killed =
                    switch (victim) {
                        case "run" -> List.of(run.pid());
                        case "child" ->
                            Host.processes().entrySet().stream()
                                    .filter(process ->
                                            process.getValue().matches(".*[ /](copying-)?child " + run.pid() + " "))
                                    .map(Map.Entry::getKey)
                                    .toList();
                        case "init" ->
                            Host.processes().entrySet().stream()
                                    .filter(process -> process.getValue().equals("sleep 4242 "))
                                    .map(Map.Entry::getKey)
                                    .toList();
                        case "guard" -> guards(true);
                        default -> guards(false);
                    };
            assertTrue(!killed.isEmpty(), victim);
            killed.forEach(pid -> Host.signal(pid, "KILL"));
            if (victim.equals("guard") || victim.equals("pasta")) {
                expectNoPastaProgram();
                run.destroyForcibly();
            }
            run.waitFor();
            expectNoPasta();
            Host.expectEnded("sleep 4242");
        }
        Host.expectNothingLeft("4242");
    }

    /**
     * The processes that guard pasta, or pasta's own processes. A guard has pasta's arguments, but runs from memory.
     */
    private static List<Long> guards(boolean guard) {
        return world.processes("pasta").stream()
                .filter(pid -> isGuard(pid) == guard)
                .toList();
    }

    private static boolean isGuard(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"))
                    .toString()
                    .startsWith("/memfd:guard");
        } catch (IOException ended) {
            return false;
        }
    }

    private static void expectNoPastaProgram() {
        Host.eventually("pasta has ended", () -> guards(false).stream().allMatch(Host::isZombie));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void without_pasta_one_line_says_what_to_install() {
        Launcher.Result result = Launcher.execute(
                world.command(Stream.concat(
                                Stream.of("env", "PATH=/nowhere:" + javaFolder()),
                                Launcher.runCommand("--net", "private", "--command", "true").stream())
                        .toList()),
                "");
        assertTrue(
                result.expect(125).errorLine().contains("pasta is not installed: install the package passt"),
                result.err());
    }

    /** A folder with only the programs that the JVM launcher needs. */
    private static String javaFolder() {
        try {
            Path folder = Files.createTempDirectory("rustyrun-it");
            for (String name : List.of("java", "sh", "env", "dirname", "readlink", "true")) {
                Path found = Stream.of("/usr/bin", "/bin")
                        .map(place -> Path.of(place, name))
                        .filter(Files::exists)
                        .findFirst()
                        .orElseThrow();
                Files.createSymbolicLink(folder.resolve(name), found);
            }
            folder.toFile().deleteOnExit();
            return folder.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_bundle_requests_it_by_annotation_and_it_ends_with_the_container() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.edit(config -> config.putObject("annotations")
                    .put("dev.rustyrun.network", "private")
                    .put("dev.rustyrun.publish", "127.0.0.1:18081:80"));
            Launcher.execute(world.command(bundle.createCommand("box")), "").expect(0);
            assertTrue(!world.processes("pasta").isEmpty());
            bundle.rustyrun("start", "box").expect(0);
            bundle.rustyrun("delete", "--force", "box").expect(0);
            expectNoPasta();
            bundle.edit(config -> config.putObject("annotations").put("dev.rustyrun.network", "bridge"));
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("dev.rustyrun.network \"bridge\" must be private or cni:NAME"), line);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_detached_one_has_it_until_it_is_deleted() {
        String id = world.run(
                        "--net",
                        "private",
                        "--detach",
                        "--command",
                        "sh",
                        "-c",
                        "wget -qO- http://" + NetworkWorld.WEB + "/; exec sleep 4343")
                .expect(0)
                .out()
                .strip();
        Host.eventually(
                "it has reached the world",
                () -> Launcher.rustyrun("logs", id).out().contains("the web"));
        assertTrue(!world.processes("pasta").isEmpty());
        Launcher.rustyrun("delete", "--force", id).expect(0);
        expectNoPasta();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_service_gives_it_only_where_its_operator_allows_it() throws Exception {
        String request = "{\"rootfs\": \"busybox\", \"network\": \"private\","
                + " \"command\": [\"timeout\", \"5\", \"wget\", \"-qO-\", \"http://" + NetworkWorld.WEB + "/\"]}";
        try (Server server = Server.start()) {
            var answer = server.post("/v1/run", request);
            assertEquals(422, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("network private is not allowed by this service's configuration"));
        }
        try (NetworkWorld.Service service = world.new Service(18090, "RUSTYRUN_ALLOW_PRIVATE_NETWORK=true")) {
            for (int i = 0; i < 3; i++) {
                String answer = service.run(request).expect(0).out();
                assertTrue(answer.contains("the web"), answer);
            }
            expectNoPasta();
        }
    }
}
