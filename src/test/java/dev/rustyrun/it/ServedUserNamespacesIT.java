package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each container of the service has its own user namespace; its root is an unprivileged user on the host. Needs root.
 */
class ServedUserNamespacesIT {

    private static final long FIRST = 0x7800_0000L;
    private static final long END = 0x7FFE_0000L;
    private static final long RANGE = 65_536;
    private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");
    private static final Pattern MAP = Pattern.compile("\"text\":\" *0 +([0-9]+) +65536\\\\n");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start(String... settings) throws IOException {
        List<String> prefix = new ArrayList<>(
                List.of("env", "RUSTYRUN_USERNS=auto", "RUSTYRUN_DATA_FOLDER=" + folder.resolve("data")));
        prefix.addAll(List.of(settings));
        return Server.startBy(prefix);
    }

    private static String running(Server server, String more) throws IOException, InterruptedException {
        HttpResponse<String> made = server.post(
                "/v1/containers",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"31000\"], \"start\": true" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        String at = made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
        Host.eventually(
                "it has been made",
                () -> Server.quietly(() -> server.get(at + "/processes").body()).contains("\"pid\""));
        return at;
    }

    private static String exec(Server server, String at, String script) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                server.post(at + "/exec", "{\"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]}");
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    private static void remove(Server server, String at) throws IOException, InterruptedException {
        assertEquals(204, server.delete(at + "?force=true").statusCode());
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertTrue(matcher.find(), text);
        return matcher.group(1);
    }

    /** The host's user id of a container's PID 1. */
    private static long hostUser(Server server, String at) throws IOException, InterruptedException {
        String processes = server.get(at + "/processes").body();
        assertTrue(processes.contains("\"uid\":0"), processes);
        String status = Host.read("/proc/" + group(PID, processes) + "/status");
        return Long.parseLong(group(Pattern.compile("\nUid:\t([0-9]+)"), status));
    }

    private static long mapOf(String answer) {
        return Long.parseLong(group(MAP, answer));
    }

    private static void expectInPool(long id) {
        assertTrue(id >= FIRST && id < END && id % RANGE == 0, Long.toString(id));
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void every_container_has_ids_that_no_other_and_no_user_of_the_host_has() throws Exception {
        try (Server server = start("RUSTYRUN_WARM=0")) {
            String one = running(server, "");
            String other = running(server, "");
            long first = hostUser(server, one);
            long second = hostUser(server, other);
            expectInPool(first);
            expectInPool(second);
            assertNotEquals(first, second);
            long waited = mapOf(server.sh(200, "cat /proc/self/uid_map; id"));
            expectInPool(waited);
            assertTrue(waited != first && waited != second);
            assertEquals(first, mapOf(exec(server, one, "cat /proc/self/gid_map")));
            remove(server, one);
            remove(server, other);
            String info = server.get("/v1/info").body();
            assertTrue(
                    info.contains("\"userNamespaces\":{\"setting\":\"auto\",\"pool\":\"2013265920:134086656\"}"), info);
        }
        Host.expectNothingLeft("31000");
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void a_warm_launch_has_its_ids_before_it_is_asked_for() throws Exception {
        try (Server server = start("RUSTYRUN_WARM=1")) {
            Host.eventually(
                    "one is warm",
                    () -> Server.quietly(() -> server.get("/v1/info").body()).contains("\"warm\":1"));
            String answer = server.sh(200, "cat /proc/self/uid_map; id -u; echo said > /dev/stdout; echo x >&2");
            assertTrue(answer.contains("\"warm\":true"), answer);
            expectInPool(mapOf(answer));
            assertTrue(answer.contains("65536\\n0\\nsaid\\n"), answer);
            String limited =
                    server.sh(200, "id -u -G; cat /proc/self/uid_map", "\"user\": \"1000:1001\", \"pids\": 20");
            assertTrue(limited.contains("\"exitCode\":0"), limited);
            String above = server.sh(422, "id", "\"user\": \"70000\"");
            assertTrue(above.contains("has an id above 65535") && above.contains("\"/user\""), above);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void the_root_file_system_is_its_roots_and_what_root_may_do_it_may_do_there() throws Exception {
        try (Server server = start()) {
            String script = "stat -c %u:%g / /bin /bin/busybox /dev /dev/pts /tmp /proc/1; touch /new && chown 5:7 /new"
                    + " && stat -c %u:%g /new; rm /bin/ls && echo removed; cat /proc/kcore 2>/dev/null | wc -c;"
                    + " mount -t tmpfs none /tmp 2>&1; kill -0 1 && echo end";
            String answer = server.sh(200, "mkdir -p /tmp; " + script);
            assertTrue(answer.contains("\"0:0\\n0:0\\n0:0\\n0:0\\n0:0\\n0:0\\n0:0\\n5:7\\nremoved\\n0\\n"), answer);
            assertTrue(answer.contains("end\\n"), answer);
            assertTrue(Files.exists(Launcher.busybox().resolve("bin/ls")));
            String readOnly = server.sh(200, "stat -c %u /bin; touch /new || echo refused", "\"readOnly\": true");
            assertTrue(readOnly.contains("\"0\\nrefused\\n\""), readOnly);
        }
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void files_are_put_and_read_with_the_ids_that_the_container_knows() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            exec(server, at, "mkdir -m 700 /w && chown 9:9 /w && echo hers > /w/mine && chown 1000:1001 /w/mine");
            byte[] tar = new Tar()
                    .directory("d", 0750, 7)
                    .file("d/f", bytes("text"), 0640, 8)
                    .link("l", "d/f")
                    .bytes();
            HttpResponse<String> put =
                    server.put(at + "/files?path=/w", "application/x-tar", BodyPublishers.ofByteArray(tar));
            assertEquals(200, put.statusCode(), put.body());
            String stat = exec(server, at, "cd /w; stat -c '%n %u %a' d d/f mine; cat d/f");
            assertTrue(stat.contains("d 7 750\\nd/f 8 640\\nmine 1000 644\\ntext"), stat);
            Map<String, String> got =
                    Tar.entries(server.getBytes(at + "/files?path=/w").body());
            assertEquals("5 700 9 ", got.get("./"));
            assertEquals("5 750 7 ", got.get("d/"));
            assertEquals("0 640 8 text", got.get("d/f"));
            assertEquals("0 644 1000 hers\n", got.get("mine"));
            assertEquals("2 777 0 d/f", got.get("l"));
            byte[] foreign = new Tar().file("f", bytes("text"), 0640, 70_000).bytes();
            HttpResponse<String> refused =
                    server.put(at + "/files?path=/w", "application/x-tar", BodyPublishers.ofByteArray(foreign));
            assertEquals(422, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("belongs to 70000"), refused.body());
            // The thread that served the refused request must have the service's privileges again.
            assertEquals(
                    200,
                    server.put(at + "/files?path=/w", "application/x-tar", BodyPublishers.ofByteArray(tar))
                            .statusCode());
            remove(server, at);
        }
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void directories_of_the_host_belong_to_nobody_unless_configured_as_mapped() throws Exception {
        Path plain = Files.createDirectories(folder.resolve("plain"));
        Path mapped = Files.createDirectories(folder.resolve("mapped"));
        for (Path each : List.of(plain, mapped)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path secret = Files.writeString(each.resolve("secret"), "text");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
        try (Server server = start(
                "RUSTYRUN_MOUNTS_PLAIN=" + plain,
                "RUSTYRUN_MOUNTS_MAPPED=" + mapped,
                "RUSTYRUN_MAPPED_MOUNTS=mapped")) {
            String mounts = "\"mounts\": [{\"source\": \"plain\", \"target\": \"/p\"},"
                    + " {\"source\": \"mapped\", \"target\": \"/m\"}]";
            String answer = server.sh(
                    200,
                    "stat -c %u /p /p/secret /m /m/secret; cat /p/secret || echo no; touch /p/new || echo no;"
                            + " cat /m/secret; touch /m/new; rm -f /p/secret || echo no",
                    mounts);
            assertTrue(answer.contains("\"65534\\n65534\\n0\\n0\\nno\\nno\\ntextno\\n\""), answer);
            assertEquals(0, Files.getAttribute(mapped.resolve("new"), "unix:uid"));
            String at = running(server, ", " + mounts);
            HttpResponse<byte[]> refused = server.getBytes(at + "/files?path=/p");
            assertEquals(409, refused.statusCode());
            assertTrue(new String(refused.body(), StandardCharsets.UTF_8).contains("whose ids are not mapped"));
            assertEquals(200, server.getBytes(at + "/files?path=/m/secret").statusCode());
            assertEquals(200, server.getBytes(at + "/files?path=/etc").statusCode());
            remove(server, at);
        }
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void with_the_hosts_network_it_has_no_rights_over_that() throws Exception {
        try (Server server = start("RUSTYRUN_ALLOW_HOST_NETWORK=true")) {
            String answer = server.sh(
                    200,
                    "ls /sys/class/net; ip link set lo down 2>&1 || echo refused; touch /sys/x || echo ro",
                    "\"network\": \"host\"");
            assertTrue(answer.contains("lo\\n") && answer.contains("refused\\nro\\n"), answer);
        }
    }

    private static void expect(String part, String answer) {
        assertTrue(answer.contains(part), answer);
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void limits_and_results_are_unchanged() throws Exception {
        try (Server server = start()) {
            expect("\"timeout\"", server.sh(200, "sleep 31001", "\"timeoutSeconds\": 0.3"));
            String forks = "i=0; while [ $i -lt 30 ]; do sleep 31001 & i=$((i+1)); done";
            expect("\"pids-limit\"", server.sh(200, forks, "\"pids\": 10"));
            expect("\"oom\"", server.sh(200, "tail -c 100m /dev/zero", "\"memory\": \"16m\""));
            expect("ended 137", server.sh(200, "sleep 31001 & kill -9 $!; wait $!; echo ended $?"));
        }
        Host.expectNothingLeft("31001");
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void when_all_ranges_are_taken_a_launch_is_refused_until_one_is_free() throws Exception {
        try (Server server = start("RUSTYRUN_WARM=0", "RUSTYRUN_USERNS_POOL=1900019712:65536")) {
            String at = running(server, "");
            assertEquals(1_900_019_712L, hostUser(server, at));
            String refused = server.sh(503, "true");
            assertTrue(refused.contains("all 1 ranges of the id pool 1900019712:65536 are taken"), refused);
            remove(server, at);
            server.sh(200, "true");
        }
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void a_killed_service_and_its_stages_keep_no_range() throws Exception {
        Server killed = start("RUSTYRUN_WARM=1", "RUSTYRUN_USERNS_POOL=1900085248:65536");
        Host.eventually(
                "one is warm",
                () -> Server.quietly(() -> killed.get("/v1/info").body()).contains("\"warm\":1"));
        for (long child : Host.childrenOf(killed.pid())) {
            Host.signal(child, "KILL");
        }
        killed.kill();
        try (Server server = start("RUSTYRUN_WARM=0", "RUSTYRUN_USERNS_POOL=1900085248:65536")) {
            Host.eventually("the range is free", () -> {
                try {
                    return server.post("/v1/run", "{\"rootfs\": \"busybox\", \"command\": [\"/bin/true\"]}")
                                    .statusCode()
                            == 200;
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_operator_may_want_the_hosts_ids() throws Exception {
        try (Server server = start("RUSTYRUN_USERNS=host")) {
            String answer = server.sh(200, "cat /proc/self/uid_map");
            assertTrue(answer.contains(" 0          0 4294967295"), answer);
            assertTrue(server.get("/v1/info").body().contains("\"userNamespaces\":{\"setting\":\"host\"}"));
            assertFalse(server.log().contains("user namespace"), server.log());
        }
    }

    @JvmOnly
    @Test
    void where_user_namespaces_are_impossible_the_service_logs_it_and_continues() throws Exception {
        try (Server server = start()) {
            server.sh(200, "true");
            Host.eventually(
                    "it is logged",
                    () -> server.log().contains("containers share the host's user namespace: a JVM has"),
                    server::log);
            assertTrue(server.get("/v1/info").body().contains("\"obstacle\":\"a JVM has several threads"));
        }
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void where_a_file_system_cannot_map_ids_containers_have_the_hosts_ids_and_the_log_has_the_reason()
            throws Exception {
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        Path rootfs = Launcher.busybox().getParent();
        String mounts = "mount -t tmpfs none $0 && mkdir $0/upper $0/work && mount -t overlay"
                + " -o lowerdir=$1,upperdir=$0/upper,workdir=$0/work none $1 && shift && exec \"$@\"";
        try (Server server = Server.startBy(List.of(
                "env",
                "RUSTYRUN_USERNS=auto",
                "unshare",
                "-m",
                "sh",
                "-c",
                mounts,
                scratch.toString(),
                rootfs.toString()))) {
            String answer = server.sh(200, "cat /proc/self/uid_map");
            // If the kernel can map ids of an overlay, the service logs nothing.
            assertTrue(
                    answer.contains(" 0          0 4294967295")
                            ? server.log().contains("containers share the host's user namespace: " + rootfs)
                            : server.log().isEmpty() || mapOf(answer) >= FIRST,
                    answer + server.log());
        }
        List<String> always = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "env",
                "RUSTYRUN_USERNS=always",
                "sh",
                "-c",
                mounts,
                scratch.toString(),
                rootfs.toString()));
        always.addAll(Launcher.command(
                "serve", "--port", "0", "--management-port", "0", "--rootfs-folder", rootfs.toString()));
        Launcher.Result refused = Launcher.execute(always, "");
        assertTrue(
                (refused.out() + refused.err()).contains("RUSTYRUN_USERNS=always requires"),
                refused.out() + refused.err());
    }

    @NativeOnly("a JVM has several threads, and cannot make a user namespace")
    @Test
    void the_command_line_has_them_too() {
        var first = Launcher.run("--userns", "auto", "--ephemeral", "--command", "cat", "/proc/self/uid_map");
        assertEquals(0, first.exitCode(), first.err());
        var second = Launcher.run("--userns", "auto", "--ephemeral", "--command", "cat", "/proc/self/uid_map");
        expectInPool(Long.parseLong(first.out().strip().split(" +")[1]));
        assertNotEquals(first.out(), second.out(), "one that was just given back is not given again at once");
    }
}
