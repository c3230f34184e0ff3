package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.ReceivedSignal;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.Stage;
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

    private int await(int pid, int signals, int runPid, StageContext context) {
        PollSet set = new PollSet(1);
        set.add(signals, PollSet.POLLIN);
        while (true) {
            linux.poll(set, -1);
            Optional<ReceivedSignal> signal = linux.nextSignal(signals);
            if (signal.isEmpty()) {
                continue;
            }
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                Optional<ChildStatus> ended = linux.reap();
                if (ended.isPresent()) {
                    context.channel().send(new Report.InitEnded(ended.get().status(), linux.childrenCpuMicros()));
                    if (linux.parentProcessId() != runPid) {
                        context.cleanup().perform();
                    }
                    return ended.get().exitCode();
                }
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(pid, number);
            } else if (linux.parentProcessId() != runPid) {
                linux.kill(pid, Signal.SIGKILL.number());
            }
        }
    }
}
