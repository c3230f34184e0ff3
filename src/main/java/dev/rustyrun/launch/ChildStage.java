package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.Stage;
import java.nio.ByteBuffer;
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
        int pid = started;
        int succession = context.succession();
        PollSet set = new PollSet(2);
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            if (succession >= 0) {
                set.add(succession, PollSet.POLLIN);
            }
            linux.poll(set, -1);
            if (succession >= 0 && set.found(succession, PollSet.POLLIN | PollSet.POLLHUP)) {
                // It stays open: its end tells the successor that this process has gone.
                pid = successor(succession).orElse(pid);
                succession = -1;
            }
            Optional<ReceivedSignal> signal = linux.nextSignal(signals);
            if (signal.isEmpty()) {
                continue;
            }
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                if (pid != started) {
                    linux.reap(started);
                }
                Optional<ChildStatus> ended = linux.reap(pid);
                if (ended.isPresent() && succession >= 0 && ended.get().status() == 0) {
                    // It has gone for its successor, and has said so.
                    pid = successor(succession).orElse(pid);
                    succession = -1;
                    ended = pid == started ? ended : linux.reap(pid);
                }
                if (ended.isPresent()) {
                    if (pid != started) {
                        // It has nothing more to do, but may do so yet.
                        linux.awaitIfChild(started);
                    } else if (succession >= 0) {
                        endUnnamed();
                    }
                    return end(ended.get(), runPid, context);
                }
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(pid, number);
            } else if (linux.parentProcessId() != runPid) {
                linux.kill(pid, Signal.SIGKILL.number());
            }
        }
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

    /** Who goes on as {@code init}; nothing when that ended before it could name one. */
    private Optional<Integer> successor(int succession) {
        byte[] pid = new byte[Integer.BYTES];
        boolean named = linux.receive(succession, pid, pid.length).count() == pid.length;
        return named ? Optional.of(ByteBuffer.wrap(pid).getInt()) : Optional.empty();
    }
}
