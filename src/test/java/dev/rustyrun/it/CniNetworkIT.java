package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code --net cni:NAME}: CNI plugins connect a container, and disconnect it exactly once. A plugin of these tests
 * records its calls. Needs containernetworking-plugins and iptables.
 */
class CniNetworkIT extends InNetworkWorld {

    private static final String BRIDGE = "rrcni" + ProcessHandle.current().pid() % 100_000;
    private static final String MISSING = "it is not connected";

    private Path folder;
    private Path calls;

    @BeforeEach
    void makeNetworks() throws IOException {
        folder = Files.createTempDirectory("rustyrun-cni");
        calls = folder.resolve("calls");
        Files.writeString(calls, "");
        network(
                "bridge",
                "{\"type\": \"bridge\", \"bridge\": \"" + BRIDGE + "\", \"isGateway\": true, \"ipam\": {\"type\":"
                        + " \"host-local\", \"dataDir\": \"" + folder + "/addresses\", \"ranges\": [[{\"subnet\":"
                        + " \"10.77.0.0/24\"}]], \"routes\": [{\"dst\": \"0.0.0.0/0\"}]}, \"dns\": {\"nameservers\":"
                        + " [\"10.77.0.1\"], \"search\": [\"inner.example.org\"]}},"
                        + " {\"type\": \"portmap\", \"snat\": true, \"capabilities\": {\"portMappings\": true}}, "
                        + recorder("last"));
        network("two", recorder("first") + ", " + recorder("second"));
        plugin(
                "recorder",
                "input=$(cat); echo \"$CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $input\" >> " + calls
                        + "; [ $CNI_COMMAND = DEL ] && exit; case $input in *prevResult*) echo \"$input\" | jq"
                        + " .prevResult;; *) echo '{\"cniVersion\": \"1.0.0\", \"interfaces\": []}';; esac");
    }

    private static String recorder(String mark) {
        return "{\"type\": \"recorder\", \"mark\": \"" + mark + "\"}";
    }

    private void network(String name, String plugins) throws IOException {
        Files.writeString(
                folder.resolve(name + ".conflist"),
                "{\"cniVersion\": \"1.0.0\", \"name\": \"" + name + "\", \"plugins\": [" + plugins + "]}");
    }

    private void plugin(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    @AfterEach
    void removeNetworks() {
        world.onHost("ip", "link", "del", BRIDGE);
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    private List<String> onHost(List<String> words) {
        return world.command(Stream.concat(
                        Stream.of("env", "CNI_CONF_DIR=" + folder, "CNI_PATH=" + folder + ":/opt/cni/bin:/usr/lib/cni"),
                        words.stream())
                .toList());
    }

    private Launcher.Result run(String... arguments) {
        return Launcher.execute(onHost(Launcher.runCommand(arguments)), "");
    }

    private Process start(String... arguments) throws IOException {
        return new ProcessBuilder(onHost(Launcher.runCommand(arguments))).start();
    }

    /** The recorded calls, such as {@code ADD last}. */
    private List<String> asked() {
        return Host.read(calls.toString())
                .lines()
                .map(line -> line.substring(0, 4) + line.replaceAll(".*\"mark\":\"(\\w+)\".*", "$1"))
                .toList();
    }

    private void expectNothingLeft() {
        assertEquals("", addresses(), "addresses");
        assertEquals(
                "", world.onHost("ip", "-br", "link", "show", "master", BRIDGE).out(), "cables");
        assertFalse(world.onHost("iptables-save", "-t", "nat").out().contains("CNI-DN-"), "rules of ports");
        String[] files = Path.of("/run/rustyrun/.networks").toFile().list();
        assertEquals(List.of(), files == null ? List.of() : List.of(files), "connections");
    }

    private String addresses() {
        String[] files = folder.resolve("addresses/bridge").toFile().list((at, name) -> name.startsWith("10."));
        return files == null ? "" : String.join(" ", files);
    }

    @Test
    void a_container_has_an_address_of_the_bridge_that_is_released_afterwards() {
        Launcher.Result result = run("--net", "cni:bridge", "--command", "ip", "-4", "addr", "show", "dev", "eth0");
        assertTrue(result.expect(0).out().contains("inet 10.77.0."), result.out());
        assertEquals(List.of("ADD last", "DEL last"), asked());
        assertTrue(Host.read(calls.toString()).lines().allMatch(line -> line.contains("10.77.0.")), "prevResult");
        expectNothingLeft();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_images_resolv_conf_names_the_servers_of_the_network_unless_others_are_given() throws Exception {
        try (MountedStore images = new MountedStore()) {
            new TestImages(images.store)
                    .add("base", "{}", List.of(images.tar("cp -a " + Launcher.busybox() + "/. .; mkdir -p etc")));
            String network = resolvConf(images);
            assertTrue(network.contains("nameserver 10.77.0.1\n"), network);
            assertTrue(network.contains("search inner.example.org\n"), network);
            String given = resolvConf(images, "--dns", "192.0.2.99");
            assertTrue(given.contains("nameserver 192.0.2.99\n"), given);
            assertFalse(given.contains("10.77.0.1"), given);
        }
        expectNothingLeft();
    }

    private String resolvConf(MountedStore images, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "--net", "cni:bridge"));
        words.addAll(List.of(options));
        words.addAll(List.of("base", "cat", "/etc/resolv.conf"));
        return Launcher.execute(onHost(images.command(words.toArray(String[]::new))), "")
                .expect(0)
                .out();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void containers_on_a_bridge_reach_each_other_and_a_port_of_the_host_leads_in() throws Exception {
        Process server = start(
                "--net",
                "cni:bridge",
                "-p",
                "18085:80",
                "--command",
                "sh",
                "-c",
                "mkdir -p /tmp/w; echo inside > /tmp/w/index.html; exec httpd -f -p 80 -h /tmp/w");
        try {
            Host.eventually(MISSING, () -> asked().equals(List.of("ADD last")));
            String address = addresses();
            Host.eventually(
                    "the other container answers",
                    () -> run(
                                    "--net",
                                    "cni:bridge",
                                    "--command",
                                    "timeout",
                                    "9",
                                    "wget",
                                    "-qO-",
                                    "http://" + address + "/")
                            .out()
                            .equals("inside\n"));
            assertEquals(
                    "inside\n",
                    world.onHost("timeout", "9", "busybox", "wget", "-qO-", "http://" + NetworkWorld.OWN + ":18085/")
                            .out());
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
        Host.eventually("no process is left", () -> keepers().isEmpty());
        expectNothingLeft();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void plugins_are_chained_and_undone_in_reverse() {
        run("--net", "cni:two", "--command", "true").expect(0);
        assertEquals(List.of("ADD first", "ADD second", "DEL second", "DEL first"), asked());
        List<String> lines = Host.read(calls.toString()).lines().toList();
        assertFalse(lines.get(0).contains("prevResult"));
        assertTrue(lines.stream().skip(1).allMatch(line -> line.contains("prevResult")));
        assertEquals(
                1, lines.stream().map(line -> line.split(" ")[1]).distinct().count(), "one name");
        assertTrue(lines.stream().allMatch(line -> line.split(" ")[2].equals("eth0")));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void whichever_process_is_killed_everything_is_undone_once() throws Exception {
        for (String victim : List.of("run", "child", "init", "all of these")) {
            Files.writeString(calls, "");
            Process run = start("--net", "cni:bridge", "--command", "sleep", "4848");
            Host.expectRunning("sleep 4848");
            List<Long> killed = new ArrayList<>();
            Host.processes().forEach((pid, words) -> {
                boolean isChild = words.matches(".*[ /](copying-)?child " + run.pid() + " ");
                boolean isInit = words.equals("sleep 4848 ");
                if (victim.startsWith("all") ? isChild || isInit : victim.equals("child") ? isChild : isInit) {
                    killed.add(pid);
                }
            });
            if (victim.equals("run")) {
                killed.clear();
            }
            if (victim.equals("run") || victim.startsWith("all")) {
                killed.add(0, run.pid());
            }
            // All in one call: when the first process is killed the others end too, and kill would not find them.
            List<String> kill = new ArrayList<>(List.of("kill", "-KILL"));
            killed.forEach(pid -> kill.add(Long.toString(pid)));
            Launcher.execute(kill, "");
            run.waitFor();
            Host.expectEnded("sleep 4848");
            Host.eventually(victim, () -> asked().equals(List.of("ADD last", "DEL last")), this::asked);
            Host.eventually("no process is left", () -> keepers().isEmpty());
            expectNothingLeft();
        }
        Launcher.rustyrun("gc").expect(0);
    }

    private static List<Long> keepers() {
        return Host.processes().entrySet().stream()
                .filter(process ->
                        process.getValue().matches("(.*[/ ])?(rustyrun|dev\\.rustyrun\\.Rustyrun) cni-connection .*"))
                .map(Map.Entry::getKey)
                .toList();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void gc_and_delete_undo_it_where_its_process_was_killed() {
        for (String how : List.of("gc", "delete")) {
            String id = run("--net", "cni:bridge", "--detach", "--command", "sleep", "4949")
                    .expect(0)
                    .out()
                    .strip();
            Host.expectRunning("sleep 4949");
            assertEquals(1, keepers().size(), "the process that waits");
            keepers().forEach(pid -> Host.signal(pid, "KILL"));
            Host.eventually("it is killed", () -> keepers().isEmpty());
            assertTrue(
                    !Launcher.execute(onHost(Launcher.command("gc")), "").out().contains("network"));
            assertFalse(asked().contains("DEL last"), "the container still runs");
            if (how.equals("gc")) {
                Host.processes().forEach((pid, words) -> {
                    if (words.equals("sleep 4949 ")) {
                        Host.signal(pid, "KILL");
                    }
                });
                Host.expectEnded("sleep 4949");
                Host.eventually("gc has disconnected the network", () -> {
                    Launcher.execute(onHost(Launcher.command("gc")), "").expect(0);
                    return asked().contains("DEL last");
                });
                Launcher.execute(onHost(Launcher.command("delete", "--force", id)), "");
            } else {
                Launcher.execute(onHost(Launcher.command("delete", "--force", id)), "")
                        .expect(0);
            }
            assertEquals(List.of("ADD last", "DEL last"), asked(), how);
            expectNothingLeft();
            calls.toFile().delete();
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_error_is_one_line_and_finished_steps_are_undone() throws Exception {
        plugin(
                "failing",
                "[ $CNI_COMMAND = DEL ] || { printf %s '{\"code\": 11, \"msg\": \"no room\", \"details\": \"none"
                        + " at\\nall\"}'; exit 1; }");
        plugin("babbling", "[ $CNI_COMMAND = DEL ] || exec yes");
        plugin("wrong", "[ $CNI_COMMAND = DEL ] || echo '[1,'");
        plugin("slow", "echo \"$CNI_COMMAND\" >> " + folder + "/slow-calls; [ $CNI_COMMAND = DEL ] || sleep 5151");
        plugin("dying", "[ $CNI_COMMAND = DEL ] || kill -9 $$");
        for (String name : List.of("failing", "babbling", "wrong", "slow", "dying", "absent")) {
            network(name, recorder("x") + ", {\"type\": \"" + name + "\"}");
        }
        Files.writeString(folder.resolve("zz.conf"), "{");
        expectLine("failing", "CNI plugin failing: no room; none at all (code 11)");
        expectLine("babbling", "CNI plugin babbling: was killed: it printed more than 1048576 bytes");
        expectLine("wrong", "what the CNI plugin wrong printed is not JSON");
        expectLine("slow", "CNI plugin slow: was killed: it took longer than 10 s");
        Host.expectEnded("sleep 5151");
        assertEquals("ADD\nDEL\n", Host.read(folder + "/slow-calls"));
        expectLine("dying", "CNI plugin dying: was killed by SIGKILL");
        calls.toFile().delete();
        for (String[] wrong : new String[][] {
            {"absent", "the CNI plugin absent is not in " + folder},
            {"nowhere", "no CNI network \"nowhere\" in " + folder + ": found ("},
            {"nowhere", "absent, babbling, bridge, dying, failing, slow, two, wrong"},
        }) {
            String line = run("--net", "cni:" + wrong[0], "--command", "true")
                    .expect(125)
                    .errorLine();
            assertTrue(line.contains(wrong[1]), line);
        }
        String ports = run("--net", "cni:two", "-p", "80:80", "--command", "true")
                .expect(125)
                .errorLine();
        assertTrue(ports.contains("has no plugin that publishes ports"), ports);
        String allow = run("--net", "cni:two", "--allow", "example.org", "--command", "true")
                .expect(125)
                .errorLine();
        assertTrue(allow.contains("requires network none"), allow);
        assertFalse(calls.toFile().exists(), "no plugin was executed");
        expectNothingLeft();
    }

    private void expectLine(String network, String words) throws IOException {
        Files.writeString(calls, "");
        Launcher.Result result = run("--net", "cni:" + network, "--command", "true");
        assertTrue(result.expect(125).errorLine().contains(words), result.err());
        assertEquals(List.of("ADD x", "DEL x"), asked(), network);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_bundle_requests_it_by_annotation() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.edit(config -> config.putObject("annotations").put("dev.rustyrun.network", "cni:bridge"));
            Launcher.execute(onHost(bundle.createCommand("cnibox")), "").expect(0);
            assertEquals(List.of("ADD last"), asked());
            bundle.rustyrun("start", "cnibox").expect(0);
            bundle.rustyrun("delete", "--force", "cnibox").expect(0);
            assertEquals(List.of("ADD last", "DEL last"), asked());
            expectNothingLeft();
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_service_gives_only_those_that_its_operator_allows() throws Exception {
        String request =
                "{\"rootfs\": \"busybox\", \"network\": \"cni:%s\", \"command\": [\"ip\", \"addr\", \"show\", \"eth0\"]}";
        try (NetworkWorld.Service service = world
        .new Service(
                18095,
                "RUSTYRUN_ALLOW_CNI_NETWORKS=bridge",
                "CNI_CONF_DIR=" + folder,
                "CNI_PATH=" + folder + ":/usr/lib/cni")) {
            for (int i = 0; i < 3; i++) {
                String answer =
                        service.run(request.formatted("bridge")).expect(0).out();
                assertTrue(answer.contains("10.77.0."), answer);
            }
            assertTrue(service.run(request.formatted("two")).exitCode() != 0);
            Host.eventually("all networks are disconnected", () -> asked().size() == 6, this::asked);
            Host.eventually("no process is left", () -> keepers().isEmpty());
            expectNothingLeft();
        }
    }
}
