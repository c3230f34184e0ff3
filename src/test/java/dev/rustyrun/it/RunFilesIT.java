package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/run} with input and output files in one call. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class RunFilesIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        Launcher.requireRoot();
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.writeString(shared.resolve("secret"), "of the operator");
        server = Server.startBy(
                List.of("env", "RUSTYRUN_MOUNTS_SHARED=" + shared),
                "--data-folder",
                folder.resolve("data").toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static JsonNode run(int status, String script, String fields) throws Exception {
        ObjectNode body = JSON.createObjectNode().put("rootfs", "busybox");
        body.putArray("command").add("/bin/sh").add("-c").add(script);
        body.setAll((ObjectNode) JSON.readTree("{" + fields.replace('\'', '"') + "}"));
        HttpResponse<String> answer = server.post("/v1/run", body.toString());
        assertEquals(status, answer.statusCode(), answer.body());
        return JSON.readTree(answer.body());
    }

    private static String stdout(JsonNode result) {
        return result.path("stdout").path("text").asText();
    }

    private static JsonNode output(JsonNode result, String path) {
        for (JsonNode output : result.path("outputs")) {
            if (output.path("path").asText().equals(path)) {
                return output;
            }
        }
        throw new AssertionError("no output " + path + ": " + result);
    }

    private static List<String> paths(JsonNode result) {
        List<String> all = new ArrayList<>();
        result.path("outputs").forEach(output -> all.add(output.path("path").asText()));
        return all;
    }

    @Test
    void a_program_runs_with_these_files_and_gives_those() throws Exception {
        JsonNode ran = run(
                200,
                "./run.sh < in.txt > out/result.txt; printf '\\377\\000' > out/bytes; echo hidden > out/.h",
                "'workdir': '/work', 'user': '1000:50', 'files': [{'path': 'run.sh', 'text': '#!/bin/sh\\ntr a-z A-Z',"
                        + " 'mode': '0755'}, {'path': '/work/in.txt', 'base64': 'aGVsbG8K'}, {'path': 'out/empty'}],"
                        + " 'outputs': ['out/*', '/etc/none', 'run.sh']");
        assertEquals(0, ran.path("exitCode").asInt(), ran.toString());
        assertEquals("HELLO\n", output(ran, "/work/out/result.txt").path("text").asText());
        assertEquals("/wA=", output(ran, "/work/out/bytes").path("base64").asText());
        assertEquals("0755", output(ran, "/work/run.sh").path("mode").asText());
        assertEquals("does not exist", output(ran, "/etc/none").path("error").asText());
        assertEquals(
                List.of("/work/out/bytes", "/work/out/empty", "/work/out/result.txt", "/etc/none", "/work/run.sh"),
                paths(ran));
    }

    @Test
    void files_belong_to_the_containers_user_and_stay_in_their_container() throws Exception {
        JsonNode ran = run(
                200,
                "stat -c '%u:%g %a' /new/dir /new/dir/f; cat /proc/self/uid_map | wc -l",
                "'user': '1000:50', 'files': [{'path': '/new/dir/f', 'text': 'x'}]");
        assertEquals("1000:50 755\n1000:50 644\n1\n", stdout(ran));
        assertTrue(stdout(run(200, "ls /new 2>&1; true", "")).contains("No such file"));
        assertFalse(Files.exists(Launcher.busybox().resolve("new")));
    }

    @Test
    void an_existing_file_is_replaced_and_links_are_resolved_as_in_the_container() throws Exception {
        assertEquals("mine", stdout(run(200, "cat /etc/passwd", "'files': [{'path': '/etc/passwd', 'text': 'mine'}]")));
        JsonNode ran = run(
                200,
                "mkdir /a /b; ln -s /b /a/to; ln -s ../../../../etc/passwd /a/climbs; ln -s /proc/self/environ /a/env;"
                        + " ln -s /nowhere /a/dead; ln -s f /b/here; echo in > /b/f; ln -s /a/loop /a/loop",
                "'outputs': ['/a/to/f', '/b/here', '/a/climbs', '/a/env', '/a/dead', '/a/loop', '/a/*/f']");
        assertEquals("in\n", output(ran, "/a/to/f").path("text").asText());
        assertEquals("in\n", output(ran, "/b/here").path("text").asText());
        // The link leads to the container's own file, not to the host's.
        assertTrue(output(ran, "/a/climbs").path("text").asText("").contains("root"), ran.toString());
        assertFalse(output(ran, "/a/climbs").path("text").asText().contains(Files.readString(Path.of("/etc/passwd"))));
        for (String none : List.of("/a/env", "/a/dead", "/a/loop")) {
            assertFalse(output(ran, none).path("error").asText().isEmpty(), none);
        }
    }

    @Test
    void a_missing_or_too_large_file_gives_a_one_line_error() throws Exception {
        JsonNode ran = run(
                200,
                "mkdir /o; mkfifo /o/fifo; mkdir /o/dir; truncate -s 100G /o/sparse; ln -s /dev/null /o/null; echo x >"
                        + " /o/x; chmod 0 /o/x; i=0; while [ $i -lt 20 ]; do echo > /o/n$i; i=$((i+1)); done",
                "'outputs': ['/o/*', '/dev/null', '/proc/1/status', '/sys/kernel/notes', '../x', '/o/']");
        assertEquals(
                "is not a regular file", output(ran, "/o/fifo").path("error").asText());
        assertEquals("is a directory", output(ran, "/o/dir").path("error").asText());
        assertTrue(output(ran, "/o/sparse").path("error").asText().contains("more than the"), ran.toString());
        assertEquals(
                "is not a regular file", output(ran, "/o/null").path("error").asText());
        assertEquals("x\n", output(ran, "/o/x").path("text").asText());
        for (String none : List.of("/dev/null", "/proc/1/status", "/sys/kernel/notes", "../x", "/o/")) {
            assertFalse(output(ran, none).path("error").asText().isEmpty(), none);
        }
        JsonNode many = run(
                200,
                "mkdir /m; cd /m; i=0; while [ $i -lt 1100 ]; do echo > $i; i=$((i+1)); done",
                "'outputs': ['/m/*']");
        assertTrue(output(many, "/m/*").path("error").asText().contains("more than 1000"));
    }

    @Test
    void directories_of_the_host_are_neither_written_nor_read() throws Exception {
        String mount = "'mounts': [{'source': 'shared', 'target': '/shared'}]";
        JsonNode refused = run(422, "true", mount + ", 'files': [{'path': '/shared/new', 'text': 'x'}]");
        assertEquals("/files/0", refused.path("field").asText());
        run(422, "true", mount + ", 'files': [{'path': '/shared/deep/new', 'text': 'x'}]");
        assertFalse(Files.exists(folder.resolve("shared/new")) || Files.exists(folder.resolve("shared/deep")));
        JsonNode ran =
                run(200, "ln -s /shared/secret /s", mount + ", 'outputs': ['/shared/*', '/shared/secret', '/s']");
        assertFalse(ran.toString().contains("of the operator"), ran.toString());
        for (String path : List.of("/proc/sys/kernel/hostname", "/sys/x", "/proc/new", "/dev/../etc/x")) {
            run(422, "true", "'files': [{'path': '" + path + "', 'text': 'x'}]");
        }
    }

    @Test
    void files_in_a_tmpfs_of_the_request_come_and_go() throws Exception {
        JsonNode ran = run(
                200,
                "cat /t/in > /t/out",
                "'tmpfs': ['/t'], 'readOnly': false, 'files': [{'path': '/t/in', 'text': 'a'}], 'outputs': ['/t/out']");
        assertEquals("a", output(ran, "/t/out").path("text").asText());
        JsonNode sealed = run(200, "echo b > /t/out", "'tmpfs': ['/t'], 'readOnly': true, 'outputs': ['/t/*']");
        assertEquals("b\n", output(sealed, "/t/out").path("text").asText());
    }

    @Test
    void impossible_values_are_refused_with_their_field() throws Exception {
        assertEquals(
                "/files",
                run(422, "true", "'readOnly': true, 'files': [{'path': 'x'}]")
                        .path("field")
                        .asText());
        assertEquals(
                "/files/0/mode",
                run(422, "true", "'files': [{'path': 'x', 'mode': '4755'}]")
                        .path("field")
                        .asText());
        assertEquals(
                "/files/1/path",
                run(422, "true", "'files': [{'path': 'x'}, {'text': 'y'}]")
                        .path("field")
                        .asText());
        assertEquals(
                "/files/0/base64",
                run(422, "true", "'files': [{'path': 'x', 'base64': '?'}]")
                        .path("field")
                        .asText());
        assertEquals(
                "/files/0/base64",
                run(422, "true", "'files': [{'path': 'x', 'base64': '', 'text': ''}]")
                        .path("field")
                        .asText());
        for (String path : List.of("", "/", "a/", "../../x", "/bin", "/bin/sh/x")) {
            assertEquals(
                    "/files/0",
                    run(422, "true", "'files': [{'path': '" + path + "', 'text': 'x'}]")
                            .path("field")
                            .asText(),
                    path);
        }
        assertEquals(
                507,
                server.post(
                                "/v1/run",
                                "{\"rootfs\": \"busybox\", \"command\": [\"true\"], \"memory\": \"8m\", \"files\": [{\"path\": \"/x\","
                                        + " \"text\": \"" + "x".repeat(9 << 20) + "\"}]}")
                        .statusCode());
        // The refused launches leave nothing that would disturb the next one.
        run(200, "true", "");
    }

    @Test
    void a_command_ended_by_a_timeout_or_a_signal_has_outputs_too() throws Exception {
        JsonNode ran = run(200, "echo a > /o; sleep 60", "'timeoutSeconds': 1, 'outputs': ['/o']");
        assertEquals("timeout", ran.path("reason").asText());
        assertEquals("a\n", output(ran, "/o").path("text").asText());
    }

    @Test
    void large_outputs_are_whole() throws Exception {
        JsonNode ran = run(
                200,
                "head -c 3000000 /dev/zero | tr '\\000' a > /a; head -c 1000000 /dev/urandom > /b; md5sum < /b",
                "'memory': '128m', 'outputs': ['/a', '/b', '/c']");
        assertEquals(3_000_000, output(ran, "/a").path("text").asText().length());
        byte[] bytes = output(ran, "/b").path("base64").binaryValue();
        String hash = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("MD5").digest(bytes));
        assertTrue(stdout(ran).startsWith(hash), stdout(ran));
        assertEquals("does not exist", output(ran, "/c").path("error").asText());
    }
}
