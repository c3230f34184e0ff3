package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real seccomp agent answers system calls of real containers (SCMP_ACT_NOTIFY). Needs root and gcc. */
@NativeOnly("the same code runs on a JVM, many times slower")
class SeccompAgentIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EXDEV = 18;
    private static final String MAKE = "mkdir /tmp/made && echo made";

    private static Path program;
    private Path folder;
    private Process agent;

    @BeforeAll
    static void compile() throws IOException {
        Launcher.requireRoot();
        boolean compiler =
                Launcher.execute(List.of("sh", "-c", "command -v gcc"), "").exitCode() == 0;
        Assumptions.assumeTrue(compiler, "needs gcc, to compile the agent; CI installs it");
        program = Files.createTempFile("rustyrun-agent", "");
        program.toFile().deleteOnExit();
        Launcher.execute(
                        List.of(
                                "gcc",
                                "-O1",
                                "-o",
                                program.toString(),
                                Launcher.baseDirectory()
                                        .resolve("src/test/c/agent.c")
                                        .toString()),
                        "")
                .expect(0);
    }

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
    }

    @AfterEach
    void endAgent() {
        if (agent != null) {
            agent.descendants().forEach(ProcessHandle::destroy);
            agent.destroy();
        }
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    private String socket() {
        return folder.resolve("socket").toString();
    }

    private void startAgent(int errno) throws IOException {
        agent = new ProcessBuilder(program.toString(), socket(), Integer.toString(errno))
                .redirectOutput(folder.resolve("log").toFile())
                .redirectErrorStream(true)
                .start();
        Host.eventually("the agent listens", () -> Files.exists(Path.of(socket())));
    }

    private List<String> log() {
        return Host.read(folder.resolve("log").toString()).lines().toList();
    }

    private String profile(String calls) {
        return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"" + socket()
                + "\", \"listenerMetadata\": \"for the agent\", \"syscalls\": [{\"names\": [" + calls
                + "], \"action\": \"SCMP_ACT_NOTIFY\"}]}";
    }

    private String profile() {
        return profile("\"mkdir\", \"mkdirat\"");
    }

    private Launcher.Result run(String profile, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("profile.json"), profile);
        List<String> words = new ArrayList<>(List.of("--seccomp", file.toString(), "--tmpfs", "/tmp"));
        words.addAll(List.of(options));
        words.addAll(List.of("--command", "/bin/sh", "-c", MAKE));
        return Launcher.run(words.toArray(String[]::new));
    }

    private OciBundle bundle(String... args) {
        return new OciBundle(args).edit(config -> {
            try {
                config.withObject("linux").set("seccomp", JSON.readTree(profile()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            config.withArray("mounts")
                    .addObject()
                    .put("destination", "/tmp")
                    .put("type", "tmpfs")
                    .put("source", "tmpfs");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tty=false", "--new-privileges", "--user=1000", "--init", "--new-privileges --user=1000"})
    void the_agents_errno_is_what_the_command_sees(String options) throws Exception {
        startAgent(EXDEV);
        Launcher.Result result = run(
                        profile(),
                        options.replace("--tty=false", "--hostname=x").split(" "))
                .expect(1);
        assertTrue(result.err().contains("Invalid cross-device link"), result.err());
        Host.eventually("the agent sees the end", () -> log().contains("ended"), this::log);
        assertEquals(List.of("closed=1", "answered", "ended"), log().subList(1, 4));
    }

    @Test
    void an_agent_may_let_the_call_be_made() throws Exception {
        startAgent(0);
        assertEquals("made\n", run(profile()).expect(0).out());
    }

    @Test
    void the_agent_gets_the_containers_state_and_one_descriptor() throws Exception {
        startAgent(0);
        run(profile(), "--name", "agents-box").expect(0);
        JsonNode told = JSON.readTree(log().get(0));
        assertEquals("[\"seccompFd\"]", told.get("fds").toString());
        assertEquals("for the agent", told.get("metadata").textValue());
        assertEquals("agents-box", told.get("state").get("id").textValue());
        assertEquals("creating", told.get("state").get("status").textValue());
        assertTrue(
                told.get("pid").intValue() > 0
                        && told.get("pid").equals(told.get("state").get("pid")),
                told.toString());
        assertTrue(told.get("ociVersion").textValue().startsWith("1."), told.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_created_container_has_its_agent_before_it_is_started(boolean noNewPrivileges) throws Exception {
        startAgent(EXDEV);
        try (OciBundle bundle = bundle("sh", "-c", MAKE + "; echo $? > /tmp/../code; sleep 1000")) {
            bundle.editProcess(process -> process.put("noNewPrivileges", noNewPrivileges));
            bundle.edit(config -> config.putObject("annotations").put("one", "two"));
            bundle.create("box").expect(0);
            assertEquals("created", bundle.status("box"));
            // create has sent the listener; the agent may log it later.
            Host.eventually("the agent has it", () -> log().stream().anyMatch(line -> line.endsWith("}")), this::log);
            JsonNode state = JSON.readTree(log().get(0)).get("state");
            assertEquals(bundle.directory().toString(), state.get("bundle").textValue());
            assertEquals("two", state.get("annotations").get("one").textValue());
            assertEquals(bundle.state("box").get("pid"), state.get("pid"));
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("the agent answers", () -> log().contains("answered"), this::log);
            assertEquals("running", bundle.status("box"));
        }
    }

    @Test
    void an_exec_has_its_own_listener() throws Exception {
        startAgent(EXDEV);
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            Launcher.Result result =
                    bundle.rustyrun("exec", "box", "mkdir", "/tmp/made").expect(1);
            assertTrue(result.err().contains("Invalid cross-device link"), result.err());
            List<JsonNode> told = new ArrayList<>();
            for (String line : log()) {
                if (line.startsWith("{")) {
                    told.add(JSON.readTree(line));
                }
            }
            assertEquals(2, told.size());
            assertEquals(told.get(0).get("pid"), told.get(1).get("state").get("pid"), "the state is the container's");
            assertTrue(!told.get(1).get("pid").equals(told.get(0).get("pid")), "the process is the executed one");
        }
    }

    @Test
    void without_an_agent_nothing_starts_and_nothing_is_left() throws Exception {
        String line = run(profile()).expect(125).errorLine();
        assertTrue(line.contains("reach the seccomp agent at " + socket()) && line.contains("ENOENT"), line);
        try (OciBundle bundle = bundle("true")) {
            line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("reach the seccomp agent at " + socket()), line);
            assertEquals(List.of(), bundle.left());
        }
    }

    @Test
    void calls_that_reach_the_agent_cannot_wait_for_it() throws Exception {
        startAgent(0);
        for (String call : List.of("write", "sendmsg")) {
            String line = run(profile("\"" + call + "\"")).expect(125).errorLine();
            assertTrue(line.contains("SCMP_ACT_NOTIFY is not possible for " + call), line);
        }
        String line =
                run(profile().replace("ACT_ALLOW", "ACT_ERRNO")).expect(125).errorLine();
        assertTrue(line.contains("must allow sendmsg"), line);
    }

    @Test
    void a_path_that_no_rule_needs_is_ignored() throws Exception {
        assertEquals(
                "made\n",
                run(profile().replace("ACT_NOTIFY", "ACT_LOG")).expect(0).out());
    }
}
