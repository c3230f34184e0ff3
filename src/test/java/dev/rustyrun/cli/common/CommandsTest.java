package dev.rustyrun.cli.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.RecordingLibC;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The commands on containers, with containers that need no kernel. */
class CommandsTest {

    private final RecordingLibC kernel = new RecordingLibC();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

    /** Runs {@code command} with these arguments; returns the exit status. */
    private int perform(EngineContext.Command command, FakeEngine engine, String... words) {
        CommandLine line = StrictCommandLine.of(command);
        line.parseArgs(words);
        PrintStream told = new PrintStream(messages, true, StandardCharsets.UTF_8);
        return command.perform(
                new EngineContext(new OwnProcess(kernel.linux(), SelfExec.current()), engine, told, List.of(words)));
    }

    private String told() {
        return messages.toString(StandardCharsets.UTF_8);
    }

    @Test
    void stop_asks_and_is_done_when_it_has_ended() {
        FakeEngine engine = new FakeEngine("web:running", "old:exited", "new:created");
        assertEquals(0, perform(new StopCommand(), engine, "web", "old", "new"));
        assertEquals(List.of("kill web TERM false"), engine.calls());
    }

    @Test
    void stop_kills_a_container_that_ignores_the_signal() {
        FakeEngine engine = new FakeEngine("web:running").endingBy("KILL");
        assertEquals(0, perform(new StopCommand(), engine, "--time", "130", "--signal", "INT", "web"));
        assertEquals(
                List.of("kill web INT false", "await web 60", "await web 60", "await web 10", "kill web KILL false"),
                engine.calls());
    }

    @Test
    void stop_has_stopped_a_container_that_vanishes_when_it_ends() {
        assertEquals(0, perform(new StopCommand(), new FakeEngine("fg:running").vanishing(), "fg"));
        FakeEngine engine = new FakeEngine("fg:running").endingBy("KILL").vanishing();
        assertEquals(0, perform(new StopCommand(), engine, "-t", "0", "fg"));
        assertEquals(List.of("kill fg KILL false"), engine.calls());
    }

    @Test
    void stop_fails_when_the_server_can_no_longer_be_reached() {
        FakeEngine engine = new FakeEngine("web:running").breaking();
        assertEquals(125, perform(new StopCommand(), engine, "web"));
        assertEquals("rustyrun: cannot connect\n", told());
    }

    @Test
    void stop_says_which_of_several_it_cannot_stop() {
        FakeEngine engine = new FakeEngine("web:running", "stuck:paused").endingBy("TERM");
        assertEquals(125, perform(new StopCommand(), engine, "none", "web"));
        assertEquals("rustyrun: container \"none\" does not exist\n", told());
        FakeEngine stuck = new FakeEngine("stuck:running").endingBy("never");
        assertEquals(125, perform(new StopCommand(), stuck, "-t", "0", "stuck"));
        assertTrue(told().endsWith("container stuck was killed but has not ended yet\n"), told());
        assertEquals("kill stuck KILL false", stuck.calls().get(0), "without a grace period no first signal is sent");
        assertThrows(InvalidSpecException.class, () -> perform(new StopCommand(), stuck, "-t", "-1", "stuck"));
    }

    @Test
    void kill_takes_a_signal_by_its_name_and_by_its_number() {
        for (List<String> words :
                List.of(List.of("web"), List.of("web", "TERM"), List.of("web", "SIGTERM"), List.of("web", "15"))) {
            FakeEngine engine = new FakeEngine("web:running");
            assertEquals(0, perform(new KillCommand(), engine, words.toArray(String[]::new)));
            assertEquals(List.of("kill web 15 false"), engine.calls(), words.toString());
        }
        FakeEngine engine = new FakeEngine("web:running");
        perform(new KillCommand(), engine, "--all", "web", "SIGRTMIN+3");
        assertEquals(List.of("kill web 37 true"), engine.calls());
        assertThrows(InvalidSpecException.class, () -> perform(new KillCommand(), engine, "web", "NONE"));
        assertThrows(InvalidSpecException.class, () -> perform(new KillCommand(), engine, "none"));
    }

    @Test
    void delete_continues_after_a_container_that_it_cannot_delete() {
        FakeEngine engine = new FakeEngine("a:exited", "b:exited");
        assertEquals(125, perform(new DeleteCommand(), engine, "none", "a", "-f"));
        assertEquals(List.of("delete none true", "delete a true"), engine.calls());
        assertEquals("rustyrun: container \"none\" does not exist\n", told());
    }

    @Test
    void delete_by_a_pattern_deletes_only_matching_containers() {
        FakeEngine engine = new FakeEngine("job-1:exited", "job-2:exited", "web:running");
        assertEquals(0, perform(new DeleteCommand(), engine, "--regex", "^job-"));
        assertEquals(List.of("delete job-1 false", "delete job-2 false"), engine.calls());
        assertEquals(0, perform(new DeleteCommand(), new FakeEngine("old:exited"), "-v", "old"));
        InvalidSpecException wrong =
                assertThrows(InvalidSpecException.class, () -> perform(new DeleteCommand(), engine, "--regex", "("));
        assertTrue(wrong.getMessage().startsWith("--regex: \"(\" is not a regular expression"), wrong.getMessage());
    }

    @Test
    void inspect_prints_existing_containers() {
        assertEquals(125, perform(new InspectCommand(), new FakeEngine("a:running"), "a", "none"));
        assertEquals("a", FakeEngine.json(kernel.written(1)).path(0).path("id").asText());
        assertEquals(1, FakeEngine.json(kernel.written(1)).size());
    }

    @Test
    void a_list_is_filtered_and_its_ids_can_be_had_alone() {
        FakeEngine engine = new FakeEngine("a:running", "b:exited");
        assertEquals(0, perform(new ListCommand(), engine, "-q"));
        assertEquals("a\nb\n", kernel.written(1));
        perform(new ListCommand(), engine, "-q", "--status", "exited", "--label", "job=1");
        assertEquals("a\nb\nb\n", kernel.written(1));
        perform(new ListCommand(), engine, "-q", "--label", "job=2");
        assertEquals("a\nb\nb\n", kernel.written(1));
    }

    @Test
    void a_log_is_printed_on_the_stream_to_which_it_was_written() {
        FakeEngine engine = new FakeEngine("a:running");
        assertEquals(0, perform(new LogsCommand(), engine, "-f", "--tail", "3", "--since", "10", "a"));
        assertEquals(List.of("logs a true 3 10000000"), engine.calls());
        assertEquals("out", kernel.written(1));
        assertEquals("err", kernel.written(2));
        assertTrue(told().contains("some output is missing here"), told());
    }

    @Test
    void no_command_line_of_a_process_reaches_the_terminal_as_it_is() {
        assertEquals(0, perform(new ProcessesCommand.Top(), new FakeEngine("a:running"), "a"));
        assertTrue(kernel.written(1).matches("(?s).*sleep[^\\p{Cntrl}]+ 1\n"), kernel.written(1));
    }

    @Test
    void ps_passes_its_options_on_and_top_accepts_none() {
        FakeEngine engine = new FakeEngine("a:running");
        CommandLine line = StrictCommandLine.of(new ProcessesCommand.Ps()).setStopAtPositional(true);
        line.parseArgs("a", "-o", "pid");
        assertThrows(CommandLine.ParameterException.class, () -> perform(new ProcessesCommand.Top(), engine, "a", "b"));
        perform(new ProcessesCommand.Ps(), engine, "--format", "json", "a");
        assertEquals("[12]\n", kernel.written(1));
    }

    @Test
    void wait_exits_as_the_container_did() {
        assertEquals(7, perform(new WaitCommand(), new FakeEngine("a:exited"), "a"));
        assertThrows(InvalidSpecException.class, () -> perform(new WaitCommand(), new FakeEngine("a:created"), "a"));
        assertThrows(InvalidSpecException.class, () -> perform(new WaitCommand(), new FakeEngine("a:lost"), "a"));
    }

    @Test
    void exists_finds_only_the_named_container() {
        FakeEngine engine = new FakeEngine("a:exited", "b:running");
        assertEquals(0, perform(new ExistsCommand(), engine, "a"));
        assertEquals(1, perform(new ExistsCommand(), engine, "c"));
        for (String impossible : List.of("", "../a", "no id at all", "a\n")) {
            String message = assertThrows(
                            InvalidSpecException.class,
                            () -> perform(new ExistsCommand(), engine, impossible),
                            impossible)
                    .getMessage();
            assertTrue(message.contains("must be 1 to 128 letters, digits"), message);
        }
    }

    @Test
    void pause_and_resume_and_stats_ask_for_the_one_that_is_named() {
        FakeEngine engine = new FakeEngine("a:running");
        perform(new FreezeCommand.Pause(), engine, "a");
        perform(new FreezeCommand.Resume(), engine, "a");
        perform(new StatsCommand(), engine, "a");
        assertEquals(List.of("pause a", "resume a", "statistics a"), engine.calls());
    }
}
