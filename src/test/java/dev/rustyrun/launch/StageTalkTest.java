package dev.rustyrun.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.IdMaps;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.spec.IdMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of the stages' reports, on a real socket; this test is the stages. */
class StageTalkTest {

    private static final int PID = 4711;

    private final Linux linux = Linux.host();
    private final int[] channel = linux.socketPair();
    private final List<String> told = new ArrayList<>();
    private final List<Integer> terminals = new ArrayList<>();
    /** It is killed for real when a container is let go. */
    private final int child = linux.spawn("/bin/sleep", -1, List.of("sleep", "1000"), List.of());

    private final StageTalk talk = new StageTalk(linux, null, System.out, child, channel[0], terminals::add);

    private final class Host implements LaunchHost {

        @Override
        public void initStarted(int pid) {
            told.add("init " + pid);
        }

        @Override
        public HookStates runHooks() {
            told.add("hooks");
            return new HookStates("{}", "{}");
        }

        @Override
        public void setUp() {
            told.add("set up");
        }

        @Override
        public Gate gate() {
            throw new IllegalStateException("nothing waits for its start");
        }

        @Override
        public Agent agent() {
            throw new IllegalStateException("there is no agent");
        }
    }

    @BeforeEach
    void launches() {
        talk.launch(
                new LaunchPlan(List.of(), List.of(), false, false, IdMaps.NONE, List.of(), List.of()),
                new LaunchOptions(false, 0, Optional.empty(), 0, new Host()));
    }

    @AfterEach
    void endChild() {
        if (linux.reap(child).isEmpty() && linux.kill(child, Signal.SIGKILL.number())) {
            linux.awaitIfChild(child);
        }
    }

    private void say(Report report, int descriptor) {
        linux.send(channel[1], StageChannel.encode(report), descriptor);
    }

    @Test
    void what_init_says_before_its_process_id_is_known_waits_for_that() {
        say(new Report.HooksDue(), -1);
        say(new Report.SetUp(), -1);
        talk.hear();
        assertEquals(List.of(), told);
        say(new Report.InitStarted(PID), -1);
        talk.hear();
        assertEquals(List.of("init " + PID, "hooks", "set up"), told);
        assertEquals(PID, talk.init());
    }

    private void launchJoining(List<IdMapping> maps) {
        talk.launch(
                new LaunchPlan(
                        List.of(), List.of(), false, false, new IdMaps(maps, maps, true, true), List.of(), List.of()),
                new LaunchOptions(false, 0, Optional.empty(), 0, new Host()));
        linux.read(channel[1], new byte[4096], new StageChannel.Part(false, List.of()).encode().length);
        say(new Report.IdsNeeded(), -1);
        talk.hear();
    }

    @Test
    void C4_a_joined_user_namespace_may_have_any_mappings_or_those_that_are_asked_for() {
        List<IdMapping> ours = IdMapping.ofProcFile(linux.readFile("/proc/self/uid_map"));
        for (List<IdMapping> asked : List.of(List.<IdMapping>of(), ours)) {
            launchJoining(asked);
            linux.read(channel[1], new byte[1], 1);
            byte[] part = new StageChannel.Part(false, List.of()).encode();
            assertEquals(part.length, linux.read(channel[1], new byte[4096], part.length), "init may go on");
            assertTrue(linux.reap(child).isEmpty());
        }
    }

    @Test
    void C4_a_joined_user_namespace_with_other_mappings_ends_the_launch() {
        launchJoining(List.of(new IdMapping(0, 4242, 1)));
        assertEquals(Signal.SIGKILL.number(), linux.await(child).signal());
        assertTrue(talk.failure().startsWith("run failed to join the user namespace: its uid_map is"), talk.failure());
    }

    @Test
    void the_source_of_a_planned_mount_is_opened_for_init_and_nothing_else() {
        MountStep planned = new MountStep.BindMount("/etc", "/t", false, 0, 0, 0, 0, 0);
        talk.launch(
                new LaunchPlan(List.of(), List.of(planned), false, false, IdMaps.NONE, List.of(), List.of()),
                new LaunchOptions(false, 0, Optional.empty(), 0, new Host()));
        say(new Report.InitStarted(linux.processId()), -1);
        for (String path : List.of("/etc", "/usr")) {
            say(new Report.SourceDue(path), -1);
        }
        talk.hear();
        linux.read(channel[1], new byte[4096], new StageChannel.Part(false, List.of()).encode().length);
        linux.read(channel[1], new byte[4096], new StageChannel.Part(false, List.of(planned)).encode().length);
        byte[] word = new byte[1];
        Received etc = linux.receive(channel[1], word, 1);
        assertEquals('s', word[0]);
        assertEquals(
                linux.status("/etc").place(), linux.status(etc.descriptor()).place());
        linux.close(etc.descriptor());
        assertEquals(new Received(1, -1), linux.receive(channel[1], word, 1));
    }

    @Test
    void a_terminal_of_an_init_that_never_was_is_closed() {
        int[] pipe = linux.pipe();
        say(new Report.TerminalOpened(pipe[1]), pipe[1]);
        linux.close(pipe[1]);
        linux.close(channel[1]);
        // A process that another test is just starting has a copy of that until it executes its program.
        PollSet end = new PollSet(1);
        end.add(channel[0], PollSet.POLLHUP);
        assertTrue(linux.poll(end, 60_000), "all copies are closed");
        talk.hear();
        assertFalse(talk.isOpen());
        assertTrue(terminals.isEmpty());
        assertEquals(0, linux.read(pipe[0], new byte[1], 1), "nobody has the other end any more");
    }
}
