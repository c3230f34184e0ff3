package dev.rustyrun.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** H14: unknown fields are refused by name, and one table reads and writes every request. */
class RequestJsonTest {

    private static final String ALL = """
        {"rootfs": "one", "command": ["/bin/sh", "-c", "id"], "hostname": "h", "domainname": "d", "env": {"A": "b", "C": ""},
         "unsetEnv": ["D"], "workdir": "/tmp",
         "user": "1000:5", "init": true, "readOnly": true,
         "mounts": [{"source": "data", "target": "/data", "readOnly": true}], "tmpfs": ["/run", "/a:size=1m"],
         "network": "host", "publish": ["80:80"], "allow": ["example.org"],
         "dropCapabilities": ["NET_RAW"], "memory": 67108864, "cpus": 0.5, "pids": 32,
         "timeoutSeconds": 1.5}
        """;

    private static LaunchRequest read(String json) {
        LaunchRequest request = new LaunchRequest();
        RequestJson.read(json.getBytes(StandardCharsets.UTF_8), request);
        return request;
    }

    private static FieldException wrong(String json) {
        return assertThrows(FieldException.class, () -> read(json).checkOrigin(), json);
    }

    @Test
    void values_that_were_read_are_written_unchanged() {
        ObjectNode written = RequestJson.write(read(ALL));
        assertEquals(ALL.replaceAll("\\s", ""), written.toString().replaceAll("\\s", ""));
        assertEquals(written, RequestJson.write(RequestJson.readOwn(written, new LaunchRequest())));
    }

    @Test
    void every_field_of_every_request_has_a_name_of_its_own_and_a_description() {
        for (List<Class<?>> body : List.<List<Class<?>>>of(
                List.of(LaunchRequest.class, InputRequest.class),
                List.of(LaunchRequest.class, ContainerRequest.class),
                List.of(ExecRequest.class, InputRequest.class),
                List.of(ExecRequest.class, ExecTerminal.class),
                List.of(Volume.class))) {
            Set<String> names = new HashSet<>();
            for (Class<?> request : body) {
                assertFalse(RequestFields.of(request).isEmpty());
                for (RequestFields.Entry entry : RequestFields.of(request)) {
                    assertTrue(names.add(entry.json()), entry.json());
                    assertTrue(entry.meaning().endsWith(".") || entry.meaning().endsWith(")"), entry.json());
                }
            }
        }
    }

    @Test
    void network_may_be_an_object_with_all_that_concerns_it() {
        String launch = "{\"rootfs\": \"one\", \"command\": [\"id\"], ";
        assertEquals(
                RequestJson.write(read(launch + "\"network\": \"private\", \"publish\": [\"80:80\"]}")),
                RequestJson.write(read(launch + "\"network\": {\"mode\": \"private\", \"publish\": [\"80:80\"]}}")));
        assertEquals(
                RequestJson.write(read(launch + "\"allow\": [\"example.org\"]}")),
                RequestJson.write(read(launch + "\"network\": {\"allow\": [\"example.org\"]}}")));
        FieldException unknown = wrong("{\"network\": {\"allowed\": [\"example.org\"]}}");
        assertEquals("/network/allowed", unknown.pointer());
        assertEquals("\"allowed\" is not a field of network; did you mean \"allow\"?", unknown.inJson());
        assertEquals(
                "allow is given twice: in the object network, and as a field of its own",
                wrong("{\"network\": {\"allow\": []}, \"allow\": []}").inJson());
        assertEquals(
                "/network",
                wrong("{\"network\": {\"mode\": {\"mode\": \"none\"}}}").pointer());
        assertEquals("/network", wrong("{\"network\": []}").pointer());
    }

    @Test
    void a_wrong_value_is_refused_with_a_pointer_to_it() {
        assertEquals(
                "/mounts/1/target",
                wrong("{\"mounts\": [{\"source\": \"a\", \"target\": \"/b\"}, {\"source\": \"a\"}]}")
                        .pointer());
        assertEquals(
                "/mounts/0/path", wrong("{\"mounts\": [{\"path\": \"a\"}]}").pointer());
        assertEquals("/mounts", wrong("{\"mounts\": [1]}").pointer());
        assertEquals(
                "env must not contain a NUL",
                wrong("{\"env\": {\"A\": \"\\u0000\"}}").inJson());
        assertEquals(
                "unsetEnv must not contain a NUL",
                wrong("{\"unsetEnv\": [\"A\\u0000\"]}").inJson());
        assertTrue(wrong("{\"user\": \"\\ud800\"}").inJson().contains("surrogate"));
        assertEquals("pids must be a whole number", wrong("{\"pids\": 1.5}").inJson());
        assertEquals("cpus is too large a number", wrong("{\"cpus\": 1e999}").inJson());
        assertEquals("init must be true or false", wrong("{\"init\": 1}").inJson());
        assertEquals("/", wrong("[]").pointer());
    }

    @Test
    void fields_of_an_image_are_refused_with_a_rootfs() {
        String launch = "{\"rootfs\": \"busybox\", \"command\": [\"true\"], ";
        FieldException pull = wrong(launch + "\"pull\": \"missing\"}");
        assertEquals("/pull", pull.pointer());
        assertEquals("pull requires an image; a rootfs is never pulled", pull.inJson());
        assertEquals("--pull requires an image; a rootfs is never pulled", pull.getMessage());
        assertEquals(
                "/platform", wrong(launch + "\"platform\": \"linux/arm64\"}").pointer());
    }

    @Test
    void H14_a_wrong_field_is_named_before_a_missing_one() {
        FieldException command = wrong("{\"cmd\": [\"true\"]}");
        assertEquals("/cmd", command.pointer());
        assertEquals("\"cmd\" is not a field of this request; did you mean \"command\"?", command.inJson());
        assertEquals("/image", wrong("{\"image\": \"a\", \"rootfs\": \"b\"}").pointer());
        assertEquals(
                "/cmd", wrong("{\"rootfs\": \"busybox\", \"cmd\": [\"true\"]}").pointer());
        assertEquals("/rootfs", wrong("{\"command\": [\"true\"]}").pointer());
        assertEquals(
                "/command", wrong("{\"rootfs\": \"busybox\", \"command\": []}").pointer());
        assertEquals(
                "\"readonly\" is not a field of this request; did you mean \"readOnly\"?",
                wrong("{\"readonly\": true}").inJson());
    }

    @Test
    void H14_json_is_strict_and_no_message_names_a_class() {
        for (String wrong : List.of(
                "{\"rootfs\": NaN}",
                "{\"rootfs\": 1 /* comment */}",
                "{'rootfs': 1}",
                "{\"rootfs\": 1,}",
                "{\"rootfs\": 01}",
                "{\"rootfs\": 1} x",
                "{\"rootfs\": \"a\", \"rootfs\": \"b\"}",
                "{\"rootfs\": " + "[".repeat(200) + "]".repeat(200) + "}",
                "{\"pids\": " + "9".repeat(5000) + "}",
                "{\"rootfs\": \"\n\"}",
                "{")) {
            String message = assertThrows(MalformedJsonException.class, () -> read(wrong), wrong)
                    .getMessage();
            assertFalse(message.matches("(?s).*(Feature|Stream[A-Z]|java|jackson|enable).*"), message);
        }
    }
}
