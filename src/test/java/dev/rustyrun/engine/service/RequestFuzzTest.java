package dev.rustyrun.engine.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.ExecTerminal;
import dev.rustyrun.request.FieldException;
import dev.rustyrun.request.FilesRequest;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.request.TerminalRequest;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.SpecValidator;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/** Any request either gives a valid Spec or is refused in one line that names the field; it never causes a 500. */
class RequestFuzzTest {

    private static final String RUN = """
        {"rootfs": "one", "command": ["/bin/sh", "-c", "id"], "env": {"A": "b", "C": ""}, "workdir": "/tmp", "user": "1000:5",
         "hostname": "h", "domainname": "d", "init": true, "readOnly": true, "tmpfs": ["/run", "/a"], "network": "host",
         "mounts": [{"source": "data", "target": "/data", "readOnly": true}], "dropCapabilities": ["NET_RAW", "all"],
         "memory": "64m", "shmSize": "1m", "cpus": 0.5, "pids": 32, "timeoutSeconds": 1.5, "stdin": "text", "maxOutput": 1000}
        """;
    private static final String CONTAINER = RUN.replace(
            "\"stdin\": \"text\", \"maxOutput\": 1000",
            "\"labels\": {\"a\": \"b\"}, \"tty\": true, \"openStdin\": true, \"start\": false, \"maxLog\": \"1m\"");
    private static final String EXEC = """
        {"command": ["/bin/ps", "x"], "env": {"A": "b"}, "workdir": "/", "user": "0", "stdinBase64": "dGV4dA==",
         "timeoutSeconds": 5, "maxOutput": "64k"}
        """;
    private static final String ATTACHED = EXEC.replace("\"stdinBase64\": \"dGV4dA==\",", "")
            .replace("\"maxOutput\": \"64k\"", "\"tty\": true, \"rows\": 24, \"columns\": 80");
    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "1e999",
            "0.5",
            "99999999999999999999999",
            "\"\"",
            "\"all\"",
            "\"/\"",
            "[]",
            "{}",
            "\\u0000",
            "\n",
            "\u0000",
            "\ud800",
            "\"..\"",
            "[[[[[[",
            "\"user\"",
            "\\ud800",
            "=");

    private static final Linux LINUX = Linux.host();
    private static final Path FOLDER = rootfsFolder();
    private static final ServeConfig CONFIG = Configured.with(
            FOLDER,
            Map.of("rustyrun.allow-host-network", "true", "rustyrun.mounts.data", "/tmp", "rustyrun.userns", "host"));
    private static final Limits LIMITS = new Limits(CONFIG);
    private static final LaunchTools NONE = new LaunchTools(
            LINUX, SelfExec.current(), new StageSpawner(LINUX, SelfExec.current()), ContainerStore.of(LINUX));
    private static final Specs SPECS = new Specs(new RootfsFolder(CONFIG), LIMITS, new UserNamespaces(NONE, CONFIG));
    private static final UserIds POOLED = new UserIds(Optional.of(IdPool.DEFAULT), Set.of("/tmp"));

    private static Path rootfsFolder() {
        try {
            Path folder = Files.createTempDirectory("rustyrun-fuzz");
            Path etc = Files.createDirectories(folder.resolve("one/etc"));
            Files.writeString(
                    etc.resolve("passwd"), "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n");
            Files.writeString(etc.resolve("group"), "root:x:0:\nuser:x:1000:\n");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterContainer
    static void deleteFolder() throws IOException {
        try (Stream<Path> all = Files.walk(FOLDER)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    private interface Reading {
        LaunchRequest read(byte[] body);
    }

    private enum Kind {
        OF_RUN(RUN, body -> launch(body, new InputRequest())),
        OF_CONTAINER(CONTAINER, body -> launch(body, new ContainerRequest())),
        OF_EXEC(EXEC, body -> exec(body, new InputRequest())),
        OF_ATTACHED(ATTACHED, body -> exec(body, new ExecTerminal()));

        private final String good;
        private final Reading reading;

        Kind(String good, Reading reading) {
            this.good = good;
            this.reading = reading;
        }
    }

    private static LaunchRequest launch(byte[] body, Object more) {
        LaunchRequest launch = new LaunchRequest();
        FilesRequest files = new FilesRequest();
        RequestJson.read(body, launch, more, files);
        files.check(launch, 1000);
        return use(launch, more);
    }

    private static LaunchRequest exec(byte[] body, Object more) {
        ExecRequest exec = new ExecRequest();
        RequestJson.read(body, exec, more);
        return use(exec.in(launch(bytes(RUN), new InputRequest())), more);
    }

    /** Reads all values of {@code more} that are only checked when they are read. */
    private static LaunchRequest use(LaunchRequest launch, Object more) {
        if (more instanceof InputRequest input) {
            input.bytes();
            LIMITS.policy().output("maxOutput", input.maxOutput());
        } else if (more instanceof ContainerRequest container) {
            container.labels();
            LIMITS.policy().output("maxLog", container.maxLog());
        }
        if (more instanceof TerminalRequest terminal) {
            assertTrue(terminal.rows() > 0 && terminal.columns() > 0);
        }
        return launch;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether {@code body} was accepted. Any exception but those for wrong requests fails the property. */
    private static boolean isTaken(Kind kind, byte[] body) {
        try {
            LaunchRequest launch = kind.reading.read(body);
            LaunchRequest resolved = SPECS.resolve(launch, LIMITS.policy().timeoutMillis(launch.timeoutSeconds()));
            ObjectNode written = RequestJson.write(resolved);
            assertEquals(written, RequestJson.write(RequestJson.readOwn(written, new LaunchRequest())));
            assertEquals(UserIds.HOST, SPECS.userIds(resolved));
            SpecValidator.check(ResolvedSpec.of(resolved, false, UserIds.HOST));
            SpecValidator.check(ResolvedSpec.of(resolved, false, POOLED));
            return true;
        } catch (FieldException e) {
            assertTrue(e.pointer().startsWith("/"), e.pointer());
            assertFalse(e.inJson().isBlank());
            return false;
        } catch (InvalidSpecException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertFalse(e.getMessage().isBlank());
            return false;
        }
    }

    @Property(tries = 1000)
    void any_bytes_are_refused(@ForAll Kind kind, @ForAll byte[] body) {
        assertFalse(isTaken(kind, body));
    }

    @Property(tries = 500)
    void any_text_is_refused(@ForAll Kind kind, @ForAll String text) {
        assertFalse(isTaken(kind, bytes(text)));
    }

    @Property(tries = 2000)
    void any_json_is_a_request_or_refused(@ForAll Kind kind, @ForAll("documents") String document) {
        isTaken(kind, bytes(document));
    }

    @Property(tries = 3000)
    void a_good_request_with_pieces_replaced_is_one_or_refused(@ForAll Kind kind, @ForAll("cuts") List<Cut> cuts) {
        StringBuilder json = new StringBuilder(kind.good);
        for (Cut cut : cuts) {
            int from = cut.at() % json.length();
            json.replace(from, Math.min(json.length(), from + cut.length()), cut.word());
        }
        isTaken(kind, bytes(json.toString()));
    }

    @Property(tries = 3000)
    void a_good_request_with_one_value_replaced_is_one_or_refused(
            @ForAll Kind kind, @ForAll @IntRange(min = 0, max = 40) int which, @ForAll("values") String value) {
        AtomicInteger left = new AtomicInteger(which);
        isTaken(
                kind,
                bytes(Pattern.compile("\"[^\"]*\"(?!:)|\\b[0-9.]+\\b|\\[[^]]*]|\\{\"[^}{]*}|true")
                        .matcher(kind.good)
                        .replaceAll(found ->
                                Matcher.quoteReplacement(left.getAndDecrement() == 0 ? value : found.group()))));
    }

    @Property(tries = 10)
    void deep_nesting_is_refused_and_overflows_no_stack(
            @ForAll Kind kind, @ForAll @IntRange(min = 1, max = 200_000) int depth) {
        assertFalse(isTaken(kind, bytes("{\"env\":".repeat(depth))));
        assertFalse(isTaken(kind, bytes("[".repeat(depth) + "]".repeat(depth))));
    }

    @Example
    void the_good_requests_are_some() {
        for (Kind kind : Kind.values()) {
            assertTrue(isTaken(kind, bytes(kind.good)), kind.toString());
        }
    }

    @Example
    void a_number_that_no_double_holds_is_refused_by_name() {
        for (String field : List.of("memory", "cpus", "pids", "timeoutSeconds", "maxOutput")) {
            for (String value : List.of("1e999", "-1e999", "1e-999", "9".repeat(400), "1e999999999", "-0", "1e5")) {
                isTaken(
                        Kind.OF_RUN,
                        bytes("{\"rootfs\": \"one\", \"command\": [\"a\"], \"" + field + "\": " + value + "}"));
            }
        }
    }

    @Provide
    Arbitrary<String> documents() {
        Arbitrary<String> names = Arbitraries.of(
                "rootfs",
                "command",
                "env",
                "workdir",
                "user",
                "hostname",
                "init",
                "readOnly",
                "tmpfs",
                "mounts",
                "network",
                "dropCapabilities",
                "memory",
                "cpus",
                "pids",
                "timeoutSeconds",
                "stdin",
                "stdinBase64",
                "maxOutput",
                "maxLog",
                "labels",
                "tty",
                "start",
                "source",
                "target",
                "else");
        Arbitrary<String> members =
                Combinators.combine(names, jsonValues(3)).as((name, value) -> '"' + name + "\": " + value);
        return members.list()
                .uniqueElements(member -> member.substring(0, member.indexOf(':')))
                .ofMaxSize(8)
                .map(list -> "{" + String.join(", ", list) + "}");
    }

    private Arbitrary<String> jsonValues(int depth) {
        Arbitrary<String> plain = values();
        if (depth == 0) {
            return plain;
        }
        Arbitrary<String> inner = jsonValues(depth - 1);
        return Arbitraries.oneOf(
                plain,
                inner.list().ofMaxSize(3).map(list -> "[" + String.join(", ", list) + "]"),
                Combinators.combine(Arbitraries.of("source", "target", "readOnly", "A", ""), inner)
                        .as((name, value) -> "{\"" + name + "\": " + value + "}"));
    }

    @Provide
    Arbitrary<List<Cut>> cuts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.of(WORDS))
                .as(Cut::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "null",
                "true",
                "-1",
                "0",
                "6",
                "4096",
                "1e9",
                "1e999",
                "1e999999999",
                "-0.0",
                "0.0001",
                "18446744073709551616",
                "9223372036854775808",
                "\"\"",
                "\"x\"",
                "\"/\"",
                "\"one\"",
                "\"../one\"",
                "\"user\"",
                "\"0:nobody\"",
                "\"-1\"",
                "\"4294967295\"",
                "\"all\"",
                "\"CAP_NO\"",
                "\"64m\"",
                "\"99999999999999t\"",
                "\"host\"",
                "\"data\"",
                "[]",
                "{}",
                "[null]",
                "{\"a\": 1}",
                "{\"=\": \"\"}",
                "\"\\u0000\"",
                "\"\\n\"",
                "\"\\ud800\"",
                "\"" + "a/".repeat(3000) + "\"");
    }

    /** Replaces {@code length} characters from {@code at} on by {@code word}. */
    record Cut(int at, int length, String word) {}
}
