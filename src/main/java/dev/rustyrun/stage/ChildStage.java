package dev.rustyrun.stage;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.step.ChildProgram;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.StepContext;
import dev.rustyrun.step.StepFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The second stage. It leaves the host's namespaces, except for the PID namespace, because
 * {@code unshare(CLONE_NEWPID)} affects only children; the {@code init} that it starts is PID 1 of the new one. Then it
 * forwards signals, waits, and exits with the status of {@code init}. When {@code run} dies, it kills {@code init} and
 * ends. A {@code child} that has waited for a moment continues as the {@link ChildProgram}.
 */
public final class ChildStage {

    /** The name of this stage on the command line. */
    public static final String NAME = "child";
    /** The name of this stage when it runs from a read-only mount, so that {@code init} can be a copy of it. */
    public static final String COPYING = "copying-child";

    /**
     * A container that runs for this many milliseconds probably stays. For a shorter one, the change to the small program
     * would cost more time than the memory is worth.
     */
    private static final int STAYS_MILLIS = 1000;

    private final Linux linux;
    private final InitStart init;
    private final String word;

    /** @param word {@link #NAME} or {@link #COPYING} */
    public ChildStage(Linux linux, SelfExec self, String word) {
        this(linux, word.equals(COPYING) ? new StageCopy(linux) : InitStart.byExec(linux, self), word);
    }

    /** A copy of the zygote. */
    ChildStage(Linux linux, StageCopy init) {
        this(linux, init, COPYING);
    }

    private ChildStage(Linux linux, InitStart init, String word) {
        this.linux = linux;
        this.init = init;
        this.word = word;
    }

    /**
     * Runs the stage.
     *
     * @param runPid the process that started this one
     * @return the code to exit with
     */
    public int perform(int runPid) {
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        LaunchSignals.block(linux);
        linux.prctl(Prctl.PR_SET_PDEATHSIG, LaunchSignals.PARENT_DIED.number());
        if (linux.parentProcessId() != runPid) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        linux.closeOnExec(StageChannel.DESCRIPTOR);
        StageChannel channel = new StageChannel(linux);
        // At this time, run is still reading its command line.
        init.prepare();
        Optional<StageChannel.Part> part = channel.takePart();
        if (part.isEmpty()) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        boolean traced = part.get().traced();
        int handedDown = part.get().handedDown();
        StepContext context = new StepContext(linux, channel, traced);
        StepRunner runner = new StepRunner(Stage.CHILD, channel, context);
        if (!runner.perform(part.get().steps(), traced)) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        return startInit(context, runPid, handedDown);
    }

    private int startInit(StepContext context, int runPid, int handedDown) {
        Connection channel = context.connection();
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        int pid;
        if (context.succession() >= 0) {
            // Before init starts: this call discards a pending SIGCHLD.
            linux.signalStops();
        }
        try {
            pid = init.start(handedDown);
        } catch (LinuxException e) {
            channel.send(new Report.StepFailed(
                    Stage.CHILD, "start the init stage", e.getMessage(), StepFailure.RUSTYRUN_FAILED));
            return StepFailure.RUSTYRUN_FAILED;
        }
        channel.send(new Report.InitStarted(pid));
        leaveStandardFiles();
        for (int i = 0; i < handedDown; i++) {
            linux.close(StageChannel.FIRST_HANDED_DOWN + i);
        }
        return await(pid, signals, runPid, context);
    }

    /**
     * Only the command may hold the standard files: a reader of its output must not wait for this process, which ends
     * later.
     */
    private void leaveStandardFiles() {
        try (OpenFile nothing = new OpenFile(linux, linux.open("/dev/null", FileFlag.O_RDWR))) {
            for (int file = 0; file < StageChannel.DESCRIPTOR; file++) {
                linux.duplicate(nothing.descriptor(), file);
            }
        } catch (LinuxException e) {
            // The host has no /dev/null, so this process keeps the files.
        }
    }

    private int await(int started, int signals, int runPid, StepContext context) {
        Succession succession = new Succession(linux, context.connection(), context.succession(), started);
        List<Integer> early = new ArrayList<>();
        PollSet set = new PollSet(2);
        // With a successor, there is more to do than the program can.
        boolean mayShrink = context.succession() < 0;
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            succession.addTo(set);
            if (!linux.poll(set, mayShrink ? STAYS_MILLIS : -1)) {
                mayShrink = false;
                shrink(started, runPid, context);
                continue;
            }
            if (succession.hasMessage(set)) {
                succession.readMessage();
            }
            if (succession.parts()) {
                return part(succession, context);
            }
            if (succession.successor() != 0) {
                early.forEach(signal -> linux.kill(succession.successor(), signal));
                early.clear();
            }
            Optional<ReceivedSignal> signal = linux.nextSignal(signals);
            if (signal.isEmpty()) {
                continue;
            }
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                Optional<ChildStatus> ended = reap(started, succession);
                if (succession.parts()) {
                    return part(succession, context);
                }
                if (ended.isPresent()) {
                    return end(ended.get(), runPid, context);
                }
            } else if (LaunchSignals.isForwarded(number) && succession.isExpected()) {
                // A copy does not inherit the pending signals of its original.
                early.add(number);
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(present(started, succession), number);
            } else if (linux.parentProcessId() != runPid) {
                linux.kill(present(started, succession), Signal.SIGKILL.number());
            }
        }
    }

    /** Continues as a small program, if possible. A user other than root would lose capabilities by the execve. */
    private void shrink(int started, int runPid, StepContext context) {
        if (linux.isRoot()) {
            List<String> argv = List.of("rustyrun", word, Integer.toString(runPid));
            ChildProgram.become(linux, argv, started, runPid, context.cleanup());
        }
    }

    /** Ends without waiting for the successor, which its new parent will wait for. */
    private int part(Succession succession, StepContext context) {
        context.connection().ask(context.partDue());
        if (!context.connection().awaitGo()) {
            linux.kill(succession.successor(), Signal.SIGKILL.number());
            linux.awaitIfChild(succession.successor());
            return StepFailure.RUSTYRUN_FAILED;
        }
        succession.part();
        return 0;
    }

    private static int present(int started, Succession succession) {
        return succession.successor() != 0 ? succession.successor() : started;
    }

    /** How {@code init}, or the successor that continues as {@code init}, has ended. */
    private Optional<ChildStatus> reap(int started, Succession succession) {
        Optional<ChildStatus> first = linux.reap(started);
        while (first.isPresent() && succession.isAwaited() && succession.readMessage()) {
            // init has named its successor, or reported a failure, before it ended.
        }
        if (succession.successor() == 0) {
            if (first.isPresent() && succession.isExpected()) {
                endUnnamed();
                if (first.get().status() == 0) {
                    succession.disturbed();
                }
            }
            return first;
        }
        if (succession.isForOthers()) {
            return Optional.empty();
        }
        Optional<ChildStatus> ended = linux.reap(succession.successor());
        if (ended.isPresent() && ended.get().stopped()) {
            succession.resume(ended.get());
            if (succession.isForOthers()) {
                return Optional.empty();
            }
            // It may have stopped again in the meantime, and one signal may stand for both stops.
            ended = linux.reap(succession.successor());
            if (ended.isPresent() && ended.get().stopped()) {
                succession.resume(ended.get());
                return Optional.empty();
            }
        }
        if (ended.isPresent()) {
            // A failure of the successor is reported before its end. The first process is about to end, but may not
            // have ended yet.
            while (!succession.isOver() && succession.readMessage()) {
                // Until no message is left.
            }
            linux.awaitIfChild(started);
        }
        return ended;
    }

    /** Ends a successor whose {@code init} was killed before it could name it. */
    private void endUnnamed() {
        try {
            String children = linux.readFile("/proc/self/task/" + linux.processId() + "/children");
            for (String child : children.strip().split(" ")) {
                if (!child.isEmpty()) {
                    linux.kill(Integer.parseInt(child), Signal.SIGKILL.number());
                    linux.awaitIfChild(Integer.parseInt(child));
                }
            }
        } catch (LinuxException e) {
            // This kernel does not have that file: the successor ends by itself when its parent does.
        }
    }

    private int end(ChildStatus ended, int runPid, StepContext context) {
        context.connection().send(new Report.InitEnded(ended.status(), linux.childrenCpuMicros()));
        if (linux.parentProcessId() != runPid) {
            context.cleanup().perform();
        }
        return ended.exitCode();
    }
}
