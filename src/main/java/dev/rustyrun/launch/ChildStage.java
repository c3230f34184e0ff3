package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The second stage. It leaves the host's namespaces but, as {@code unshare(CLONE_NEWPID)} only concerns children, stays
 * in the host's PID namespace; the {@code init} that it starts is PID 1 of the new one. Then it passes signals on, waits,
 * and exits as {@code init} did. It dies with {@code run}, and takes {@code init} with it.
 */
public final class ChildStage {

    /** Its word on the command line. */
    public static final String NAME = "child";
    /** Its word when it runs from a read-only mount, so that {@code init} can be a copy of it. */
    public static final String COPYING = "copying-child";

    private final Linux linux;
    private final InitStart init;

    /** @param word {@link #NAME} or {@link #COPYING} */
    public ChildStage(Linux linux, SelfExec self, String word) {
        this(linux, word.equals(COPYING) ? new StageCopy(linux) : InitStart.byExec(linux, self));
    }

    ChildStage(Linux linux, InitStart init) {
        this.linux = linux;
        this.init = init;
    }

    /**
     * Performs the stage.
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
        Optional<StageChannel.Part> part = channel.takePart();
        if (part.isEmpty()) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        boolean traced = part.get().traced();
        int handedDown = part.get().handedDown();
        StageContext context = new StageContext(linux, channel, traced);
        StepRunner runner = new StepRunner(Stage.CHILD, channel, new StepPerformer(context));
        if (!runner.perform(part.get().steps(), traced)) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        return startInit(context, runPid, handedDown);
    }

    private int startInit(StageContext context, int runPid, int handedDown) {
        StageChannel channel = context.channel();
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        int pid;
        if (context.succession() >= 0) {
            // Now: what is pending is forgotten with that.
            linux.hearOfStops();
        }
        try {
            pid = init.start(handedDown);
        } catch (LinuxException e) {
            channel.send(new Report.StepFailed(
                    Stage.CHILD, "start the init stage", e.getMessage(), StepFailure.RUSTYRUN_FAILED));
            return StepFailure.RUSTYRUN_FAILED;
        }
        channel.send(new Report.InitStarted(pid));
        for (int i = 0; i < handedDown; i++) {
            linux.close(StageChannel.FIRST_HANDED_DOWN + i);
        }
        return await(pid, signals, runPid, context);
    }

    private int await(int started, int signals, int runPid, StageContext context) {
        Succession succession = new Succession(linux, context.channel(), context.succession(), started);
        List<Integer> early = new ArrayList<>();
        PollSet set = new PollSet(2);
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            succession.addTo(set);
            linux.poll(set, -1);
            if (succession.isHeardIn(set)) {
                succession.hear();
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
                if (ended.isPresent()) {
                    return end(ended.get(), runPid, context);
                }
            } else if (LaunchSignals.isForwarded(number) && succession.isExpected()) {
                // A copy does not inherit what waits for its original.
                early.add(number);
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(present(started, succession), number);
            } else if (linux.parentProcessId() != runPid) {
                linux.kill(present(started, succession), Signal.SIGKILL.number());
            }
        }
    }

    private static int present(int started, Succession succession) {
        return succession.successor() != 0 ? succession.successor() : started;
    }

    /** How {@code init} has ended, or who went on as that. */
    private Optional<ChildStatus> reap(int started, Succession succession) {
        Optional<ChildStatus> first = linux.reap(started);
        while (first.isPresent() && succession.isAwaited() && succession.hear()) {
            // It has gone for its successor, and has said so; or what was wrong.
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
        Optional<ChildStatus> ended = linux.reap(succession.successor());
        if (ended.isPresent() && ended.get().stopped()) {
            succession.goOn(ended.get().stopSignal());
            // It may have stopped once more since, of which there was one signal.
            ended = linux.reap(succession.successor());
            if (ended.isPresent() && ended.get().stopped()) {
                succession.goOn(ended.get().stopSignal());
                return Optional.empty();
            }
        }
        if (ended.isPresent()) {
            // What was heard of its failure comes before its end; the first has nothing more to do, but may do so yet.
            while (!succession.isOver() && succession.hear()) {
                // As long as there is something.
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
            // A kernel without that file: it ends by itself, as its parent does.
        }
    }

    private int end(ChildStatus ended, int runPid, StageContext context) {
        context.channel().send(new Report.InitEnded(ended.status(), linux.childrenCpuMicros()));
        if (linux.parentProcessId() != runPid) {
            context.cleanup().perform();
        }
        return ended.exitCode();
    }
}
