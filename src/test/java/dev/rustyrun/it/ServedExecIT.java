package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/containers/{id}/exec}, as a request and as a web socket. Needs root. */
class ServedExecIT {

    private static final String SLEEPS = "\"/bin/sleep\", \"31000\"";

    @TempDir
    Path data;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private Server start(String... more) throws IOException {
        return Server.start(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("--data-folder", data.toString(), "--warm", "0"),
                        java.util.stream.Stream.of(more))
                .toArray(String[]::new));
    }

    private static String container(Server server, String command, String more)
            throws IOException, InterruptedException {
        HttpResponse<String> made =
                server.post("/v1/containers", "{\"rootfs\": \"busybox\", \"command\": [" + command + "]" + more + "}");
        assertEquals(201, made.statusCode(), made.body());
        return made.headers().firstValue("Location").orElseThrow().replaceFirst(".*(/v1/containers/)", "$1");
    }

    private static String running(Server server, String more) throws IOException, InterruptedException {
        return container(server, SLEEPS, ", \"start\": true" + more);
    }

    private static String sh(Server server, String at, String script, String... fields)
            throws IOException, InterruptedException {
        String more = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        HttpResponse<String> answer =
                server.post(at + "/exec", "{\"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    @JvmOnly
    @Test
    void on_the_jvm_the_error_gives_the_reason() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            HttpResponse<String> refused = server.post(at + "/exec", "{\"command\": [\"/bin/true\"]}");
            assertEquals(501, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("exec needs the native binary"), refused.body());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void missing_containers_and_wrong_requests_are_refused_in_words() throws Exception {
        try (Server server = start()) {
            assertEquals(
                    404, server.post("/v1/containers/0123456789ab/exec", "{}").statusCode());
            String at = container(server, SLEEPS, "");
            HttpResponse<String> missing = server.post(at + "/exec", "{}");
            assertEquals(422, missing.statusCode());
            assertTrue(missing.body().contains("\"field\":\"/command\""), missing.body());
            assertEquals(400, server.post(at + "/exec", "{").statusCode());
            HttpResponse<String> much = server.post(at + "/exec", "{\"command\": [\"a\"], \"maxOutput\": \"5g\"}");
            assertTrue(much.body().contains("\"field\":\"/maxOutput\""), much.body());
            HttpResponse<String> rootfs = server.post(at + "/exec", "{\"command\": [\"a\"], \"rootfs\": \"busybox\"}");
            assertTrue(rootfs.body().contains("is not a field of this request"), rootfs.body());
            HttpResponse<String> relative = server.post(at + "/exec", "{\"command\": [\"a\"], \"workdir\": \"tmp\"}");
            assertEquals(422, relative.statusCode(), relative.body());
            assertEquals(204, server.delete(at).statusCode());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void a_container_that_is_stopped_or_paused_refuses_exec() throws Exception {
        try (Server server = start()) {
            String at = container(server, SLEEPS, "");
            assertEquals(
                    409,
                    server.post(at + "/exec", "{\"command\": [\"/bin/true\"]}").statusCode());
            assertEquals(200, server.post(at + "/start", "").statusCode());
            sh(server, at, "true");
            server.post(at + "/pause", "");
            HttpResponse<String> paused = server.post(at + "/exec", "{\"command\": [\"/bin/true\"]}");
            assertEquals(409, paused.statusCode());
            assertTrue(paused.body().contains("paused"), paused.body());
            server.post(at + "/resume", "");
            server.post(at + "/kill?signal=KILL", "");
            assertEquals(200, server.post(at + "/wait", "").statusCode());
            HttpResponse<String> ended = server.post(at + "/exec", "{\"command\": [\"/bin/true\"]}");
            assertEquals(409, ended.statusCode());
            assertTrue(ended.body().contains("it is exited"), ended.body());
            assertEquals(204, server.delete(at).statusCode());
        }
        Host.expectEnded("sleep 31000");
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void the_answer_is_like_that_of_run_and_the_container_keeps_running() throws Exception {
        try (Server server = start()) {
            String at =
                    running(server, ", \"env\": {\"A\": \"container\", \"B\": \"container\"}, \"workdir\": \"/tmp\"");
            String body = sh(
                    server,
                    at,
                    "echo $A $B $(pwd) $(id -u); cat; echo oops >&2; exit 3",
                    "\"stdin\": \"in\\n\"",
                    "\"env\": {\"A\": \"exec\"}",
                    "\"user\": \"1000\"");
            assertTrue(
                    body.contains("\"reason\":\"exited\",\"exitCode\":3")
                            && body.contains("\"text\":\"exec container /tmp 1000\\nin\\n\"")
                            && body.contains("\"text\":\"oops\\n\""),
                    body);
            assertTrue(sh(server, at, "kill -9 $$").contains("\"reason\":\"signalled\",\"exitCode\":137,\"signal\":9"));
            String much = sh(server, at, "yes | head -c 3000000", "\"maxOutput\": 10");
            assertTrue(much.contains("\"bytes\":3000000,\"truncated\":true"), much);
            HttpResponse<String> missing = server.post(at + "/exec", "{\"command\": [\"/nope\"]}");
            assertEquals(422, missing.statusCode());
            assertTrue(missing.body().contains("\"step\":\"execute /nope\""), missing.body());
            assertTrue(server.get(at).body().contains("\"status\":\"running\""));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 31000");
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void exec_has_the_namespaces_and_the_confinement_of_the_container() throws Exception {
        String links =
                "for n in pid net mnt ipc uts cgroup user; do readlink /proc/$P/ns/$n; done; cat /proc/$P/root/here;"
                        + " grep -E 'Seccomp|Cap|NoNew' /proc/$P/status";
        try (Server server = start()) {
            String at = container(
                    server,
                    "\"/bin/sh\", \"-c\", \"echo mine > /here; exec sleep 31000 < /dev/null > /dev/null 2>&1\"",
                    ", \"start\": true, \"dropCapabilities\": [\"NET_RAW\"]");
            Host.eventually(
                    "it has written", () -> quietly(server, at, "cat /here").contains("mine"));
            assertEquals(
                    stdout(sh(server, at, links, "\"env\": {\"P\": \"1\"}")),
                    stdout(sh(server, at, links, "\"env\": {\"P\": \"self\"}")));
            String processes = sh(server, at, "ps");
            assertTrue(processes.contains("sleep 31000") && !processes.contains("rustyrun"), processes);
            assertTrue(sh(server, at, "ls /proc/self/fd").contains("\"text\":\"0\\n1\\n2\\n3\\n\""), "3 is ls's own");
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static String quietly(Server server, String at, String script) {
        try {
            return sh(server, at, script);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String stdout(String body) {
        return body.replaceFirst(".*\"stdout\":(\\{.*?}).*", "$1");
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void exec_counts_towards_the_limits_of_the_container() throws Exception {
        try (Server server = start()) {
            String at = running(server, ", \"memory\": \"16m\", \"pids\": 16");
            String many = sh(server, at, "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; kill $(jobs -p)");
            assertTrue(many.contains("\"reason\":\"pids-limit\""), many);
            String fat = sh(server, at, "dd if=/dev/zero of=/dev/shm/x bs=1M count=60");
            assertTrue(fat.contains("\"reason\":\"oom\""), fat);
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 31000");
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void on_timeout_only_the_command_and_its_descendants_are_killed() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            String late = sh(
                    server,
                    at,
                    "echo begun; setsid sh -c 'sleep 32001 & sleep 32002' & sleep 32003",
                    "\"timeoutSeconds\": 2");
            assertTrue(late.contains("\"reason\":\"timeout\"") && late.contains("begun"), late);
            Host.eventually(
                    "all are gone",
                    () -> Host.processes().values().stream().noneMatch(words -> words.startsWith("sleep 3200")));
            assertTrue(server.get(at).body().contains("\"status\":\"running\""));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 31000");
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void it_ends_with_the_container_and_many_at_once_leave_nothing() throws Exception {
        Host.State before = Host.state();
        try (Server server = start()) {
            String at = running(server, "");
            Thread[] callers = new Thread[6];
            for (int i = 0; i < callers.length; i++) {
                String script = i == 0 ? "sleep 33000" : "echo " + i;
                callers[i] = new Thread(() -> quietly(server, at, script));
                callers[i].start();
            }
            for (int i = 1; i < callers.length; i++) {
                callers[i].join();
            }
            Host.eventually(
                    "the long one runs",
                    () -> Host.processes().values().stream().anyMatch(words -> words.startsWith("sleep 33000")));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
            callers[0].join();
            Host.eventually(
                    "no child is left but the zygote",
                    () -> Host.childrenOf(server.pid()).size() <= 1);
        }
        assertEquals(before, Host.state());
        Host.expectEnded("sleep 33000");
    }

    private static String script(String script, String more) {
        return "{\"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}";
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void a_web_socket_streams_input_and_output_and_the_answer_is_last() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            WebSocketClient socket = server.openWebSocket(
                    at + "/exec/attach", true, script("echo oops >&2; while read a; do echo got $a; done; exit 3", ""));
            socket.type("one\n");
            socket.expect("got one\n");
            Host.eventually("stderr arrives separately", () -> socket.err().equals("oops\n"), socket::err);
            socket.type("two\n");
            socket.expect("got two\n");
            socket.send("eof");
            String end = socket.end();
            assertTrue(end.contains("\"reason\":\"exited\",\"exitCode\":3") && !end.contains("stdout"), end);
            assertEquals(2, socket.taken());
            WebSocketClient signalled = server.openWebSocket(
                    at + "/exec/attach",
                    true,
                    script("trap 'exit 4' HUP; echo ready; while true; do sleep 0.1; done", ""));
            signalled.expect("ready");
            signalled.send("signal HUP");
            assertTrue(signalled.end().contains("\"exitCode\":4"), "the exit code of the trap");
            String missing = server.openWebSocket(at + "/exec/attach", true, "{\"command\": [\"/nope\"]}")
                    .end();
            assertTrue(missing.contains("\"status\":422") && missing.contains("\"exitCode\":127"), missing);
            String late = server.openWebSocket(
                            at + "/exec/attach", true, script("sleep 30004", ", \"timeoutSeconds\": 0.5"))
                    .end();
            assertTrue(late.contains("\"reason\":\"timeout\""), late);
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
        Host.expectEnded("sleep 30004");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_wrong_request_to_a_web_socket_gets_a_problem_in_words() throws Exception {
        try (Server server = start()) {
            String nobody = "/v1/containers/0123456789ab/exec/attach";
            assertEquals(426, server.get(nobody).statusCode());
            assertTrue(server.openWebSocket(nobody, true, "{\"command\": [\"a\"]}")
                    .end()
                    .contains("\"status\":404"));
            String at = container(server, SLEEPS, "") + "/exec/attach";
            assertTrue(server.openWebSocket(at, true, "{").end().contains("\"status\":400"));
            String stdin = server.openWebSocket(at, true, "{\"command\": [\"a\"], \"stdin\": \"a\"}")
                    .end();
            assertTrue(stdin.contains("\"field\":\"/stdin\"") && stdin.contains("is not a field"), stdin);
            String most = server.openWebSocket(at, true, "{\"command\": [\"a\"], \"timeoutSeconds\": 1e6}")
                    .end();
            assertTrue(most.contains("\"field\":\"/timeoutSeconds\""), most);
            String cannot =
                    server.openWebSocket(at, true, "{\"command\": [\"a\"]}").end();
            assertTrue(cannot.contains(Launcher.isNative() ? "\"status\":409" : "\"status\":501"), cannot);
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void a_terminal_is_one_in_the_container_and_its_size_follows() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            WebSocketClient socket = server.openWebSocket(
                    at + "/exec/attach",
                    true,
                    "{\"command\": [\"/bin/sh\"], \"tty\": true, \"rows\": 33, \"columns\": 77}");
            socket.type("stty size; tty; cat /proc/1/cmdline\n");
            socket.expect("33 77\r\n/dev/pts/");
            socket.expect("sleep");
            socket.send("resize 44 88");
            socket.type("stty size; sleep 30003\n");
            socket.expect("44 88");
            Host.expectRunning("sleep 30003");
            socket.type("\003");
            socket.type("exit 7\n");
            assertTrue(socket.end().contains("\"exitCode\":7"), socket.out());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void when_the_caller_disconnects_only_its_processes_are_killed() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            String starts = script("setsid sleep 30001 & sleep 30002", "");
            WebSocketClient socket = server.openWebSocket(at + "/exec/attach", true, starts);
            Host.expectRunning("sleep 30001");
            Host.expectRunning("sleep 30002");
            socket.abort();
            Host.expectEnded("sleep 3000");
            try (java.net.Socket caller = server.send(at + "/exec", starts)) {
                Host.expectRunning("sleep 30001");
                Host.expectRunning("sleep 30002");
            }
            Host.expectEnded("sleep 3000");
            Host.eventually("its slot is free", () -> info(server).contains("\"running\":0"), () -> info(server));
            assertTrue(server.get(at).body().contains("\"status\":\"running\""));
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static String info(Server server) {
        try {
            return server.get("/v1/info").body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @NativeOnly("exec joins a mount namespace, which only a process with one thread can: not the JVM")
    @Test
    void a_slow_reader_blocks_the_command_not_the_service_and_gets_all_output() throws Exception {
        try (Server server = start()) {
            String at = running(server, "");
            long before = memoryOf(server);
            WebSocketClient deaf = server.openWebSocket(
                    at + "/exec/attach",
                    false,
                    script("yes | head -c 60000000 | tee /tmp/many | head -c 50000000; echo; echo end", ""));
            Host.eventually("it has begun", () -> written(server, at) > 0);
            Host.settled(() -> written(server, at));
            assertTrue(written(server, at) < 20_000_000, "it waits for its caller");
            assertTrue(memoryOf(server) - before < 30_000, "kilobytes more: " + (memoryOf(server) - before));
            deaf.listen();
            assertTrue(deaf.end().contains("\"exitCode\":0"));
            assertEquals(50_000_000 + "\nend\n".length(), deaf.out().length());
            assertEquals(204, server.delete(at + "?force=true").statusCode());
        }
    }

    private static long written(Server server, String at) {
        String size = stdout(quietly(server, at, "stat -c %s /tmp/many 2>&- || echo 0"));
        return Long.parseLong(size.replaceFirst(".*\"text\":\"([0-9]+).*", "$1"));
    }

    /** The server's memory in use, in kilobytes. */
    private static long memoryOf(Server server) {
        return Long.parseLong(
                Host.read("/proc/" + server.pid() + "/status").replaceFirst("(?s).*VmRSS:\\s+([0-9]+).*", "$1"));
    }
}
