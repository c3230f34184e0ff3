package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LaunchRecord;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handling of the stages' reports over a real socket; the test acts as the stages. */
class StageConnectionTest {

    private static final int PID = 4711;

    private final Linux linux = Linux.host();
    private final int[] channel = linux.socketPair();
    private final List<String> told = new ArrayList<>();
    private final List<Integer> terminals = new ArrayList<>();
    /** A real process, because releasing a container kills it. */
    private final int child = linux.spawn("/bin/sleep", -1, List.of("sleep", "1000"), List.of());

    private final StageConnection connection =
            new StageConnection(linux, null, System.out, child, channel[0], terminals::add);

    private final class Told implements LaunchRecord {

        @Override
        public String id() {
            return "box";
        }

        @Override
        public void started(int pid, boolean successorFollows) {
            told.add("init " + pid);
        }

        @Override
        public void created() {
            told.add("created");
        }

        @Override
        public String state(ContainerStatus status) {
            told.add("state " + status.word());
            return "{}";
        }

        @Override
        public String processState(String metadata) {
            throw new IllegalStateException("there is no agent");
        }
    }

    private void launch(List<HostStep> run) {
        connection.launch(new LaunchPlan(run, List.of(), List.of(), false, false), options());
    }

    private LaunchOptions options() {
        return new LaunchOptions(false, 0, Optional.empty(), new Told());
    }

    @AfterEach
    void endChild() {
        if (linux.reap(child).isEmpty() && linux.kill(child, Signal.SIGKILL.number())) {
            linux.awaitIfChild(child);
        }
    }

    private void send(Report report) {
        int descriptor = report instanceof Report.Due due ? due.descriptor() : Connection.NO_DESCRIPTOR;
        linux.send(channel[1], ReportCodec.encode(report), descriptor);
    }

    private void ask(int step) {
        send(new Report.Due(step, Connection.NO_DESCRIPTOR));
    }

    private void skipInitPart() {
        byte[] part = new StageChannel.Part(false, List.of()).encode();
        assertEquals(part.length, linux.read(channel[1], new byte[4096], part.length), "init may go on");
    }

    @Test
    void reports_of_init_wait_until_its_process_id_is_known() {
        launch(List.of(new HostStep.RunHooks(List.of(), List.of()), new HostStep.LetGo(false)));
        ask(0);
        ask(1);
        connection.receiveReports();
        assertEquals(List.of(), told);
        send(new Report.InitStarted(PID));
        connection.receiveReports();
        assertEquals(List.of("init " + PID, "state creating", "state created", "created"), told);
        assertEquals(PID, connection.init());
    }

    @Test
    void a_request_for_an_unplanned_or_repeated_step_ends_the_launch() {
        for (int step : new int[] {0, 1, -1, Integer.MAX_VALUE}) {
            List<String> failures = new ArrayList<>();
            StageConnectionTest other = new StageConnectionTest();
            other.launch(List.of(new HostStep.SendState()));
            other.send(new Report.InitStarted(other.child));
            other.ask(0);
            other.ask(step);
            other.connection.receiveReports();
            failures.add(other.connection.failure());
            assertEquals(Signal.SIGKILL.number(), linux.await(other.child).signal(), "step " + step);
            assertEquals(
                    List.of("run failed to do what a stage asks for: step " + step
                            + " of run is not planned, or was done before"),
                    failures);
            assertEquals(List.of("init " + other.child, "state created"), other.told);
        }
    }

    private void launchJoining(List<IdMapping> maps) {
        launch(List.of(new HostStep.MapIds(new IdMaps(maps, maps, true, true))));
        ask(0);
        connection.receiveReports();
    }

    @Test
    void C4_a_joined_user_namespace_may_have_any_mappings_or_those_that_are_asked_for() {
        List<IdMapping> ours = IdMapping.ofProcFile(linux.readFile("/proc/self/uid_map"));
        for (List<IdMapping> asked : List.of(List.<IdMapping>of(), ours)) {
            StageConnectionTest other = new StageConnectionTest();
            other.launchJoining(asked);
            linux.read(other.channel[1], new byte[1], 1);
            other.skipInitPart();
            assertTrue(linux.reap(other.child).isEmpty());
            other.endChild();
        }
    }

    @Test
    void C4_a_joined_user_namespace_with_other_mappings_ends_the_launch() {
        launchJoining(List.of(new IdMapping(0, 4242, 1)));
        assertEquals(Signal.SIGKILL.number(), linux.await(child).signal());
        assertTrue(
                connection.failure().startsWith("run failed to join the user namespace: its uid_map is"),
                connection.failure());
    }

    @Test
    void the_source_of_a_mount_is_opened_for_init_where_it_exists() {
        launch(List.of(new HostStep.OpenSource("/etc"), new HostStep.OpenSource("/no such file")));
        send(new Report.InitStarted(linux.processId()));
        ask(0);
        ask(1);
        connection.receiveReports();
        skipInitPart();
        byte[] word = new byte[1];
        Received etc = linux.receive(channel[1], word, 1);
        assertEquals(
                linux.status("/etc").place(), linux.status(etc.descriptor()).place());
        linux.close(etc.descriptor());
        assertEquals(new Received(1, -1), linux.receive(channel[1], word, 1));
    }

    @Test
    void the_oom_score_of_init_is_set_on_request() {
        launch(List.of(new HostStep.SetOomScore(789)));
        send(new Report.InitStarted(child));
        ask(0);
        connection.receiveReports();
        assertEquals("789\n", linux.readFile("/proc/" + child + "/oom_score_adj"));
        skipInitPart();
        assertEquals(new Received(1, -1), linux.receive(channel[1], new byte[1], 1));
    }

    /** Later changes, such as setting the first size, would send a signal to the command. */
    @Test
    void the_command_waits_until_its_terminal_is_taken() {
        int[] pipe = linux.pipe();
        launch(List.of(new HostStep.TakeTerminal()));
        send(new Report.InitStarted(linux.processId()));
        send(new Report.Due(0, pipe[1]));
        connection.receiveReports();
        assertEquals(1, terminals.size());
        skipInitPart();
        assertEquals(new Received(1, -1), linux.receive(channel[1], new byte[1], 1));
        endChild();
        linux.closeAll(new int[] {pipe[0], pipe[1], terminals.get(0)});
    }

    @Test
    void a_terminal_of_an_init_that_never_was_is_closed() {
        int[] pipe = linux.pipe();
        launch(List.of(new HostStep.TakeTerminal()));
        send(new Report.Due(0, pipe[1]));
        linux.close(pipe[1]);
        linux.close(channel[1]);
        // A process that another test is starting has a copy of the descriptor until it executes its program.
        PollSet end = new PollSet(1);
        end.add(channel[0], PollSet.POLLHUP);
        assertTrue(linux.poll(end, 60_000), "all copies are closed");
        connection.receiveReports();
        assertFalse(connection.isOpen());
        assertTrue(terminals.isEmpty());
        assertEquals(0, linux.read(pipe[0], new byte[1], 1), "nobody has the other end any more");
    }
}
