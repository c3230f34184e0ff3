package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * The first stage, on the host. It starts {@code child} before it knows what to run, so that one process boots while the
 * other reads the command line; then it sends the plan, relays signals and the terminal, and waits.
 *
 * <p>It is the subreaper of its children: should {@code child} be killed, {@code init} becomes a child of this process,
 * which kills it, so that no container outlives its stages.
 */
public final class RunStage implements Stages {

    private final Linux linux;
    private final StageTalk talk;
    private final int signals;
    private final PollSet set = new PollSet(4);

    private LaunchOptions options;
    private boolean timedOut;
    private Optional<TerminalRelay> terminal = Optional.empty();

    private RunStage(Linux linux, SelfExec self, PrintStream messages, int child, int channel, int signals) {
        this.linux = linux;
        this.talk = new StageTalk(linux, self, messages, child, channel,
                master -> terminal = Optional.of(TerminalRelay.start(linux, master)));
        this.signals = signals;
    }

    /**
     * Starts the {@code child} stage, which waits for its plan.
     *
     * @param arguments this process's own, for a JVM that must first start itself again
     * @param messages where errors and traces go
     */
    public static RunStage start(Linux linux, SelfExec self, List<String> arguments, PrintStream messages) {
        self.becomeStageReady(linux, arguments);
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        int[] pair = linux.socketPair();
        int child = self.start(linux, ChildStage.NAME, pair[1], Integer.toString(linux.processId()));
        linux.close(pair[1]);
        return new RunStage(linux, self, messages, child, pair[0], signals);
    }

    /** Ends the waiting {@code child}: there will be no plan. */
    public void abandon() {
        talk.close();
        talk.kill();
        linux.await(talk.child());
    }

    @Override
    public Outcome launch(LaunchPlan plan, LaunchOptions options) {
        this.options = options;
        long start = System.nanoTime();
        try {
            talk.sendChildPart(plan.child(), options.traced());
            talk.launch(plan, options);
            ChildStatus ended = relayUntilEnd(start);
            talk.hear();
            talk.killOrphan(ended);
            return talk.outcome(ended, timedOut, (System.nanoTime() - start) / 1000, linux.childrenCpuMicros());
        } finally {
            terminal.ifPresent(TerminalRelay::close);
        }
    }

    private ChildStatus relayUntilEnd(long start) {
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            talk.addTo(set);
            terminal.ifPresent(relay -> relay.addTo(set));
            if (!linux.poll(set, waitAtMost(start))) {
                timedOut = true;
                talk.kill();
                continue;
            }
            if (talk.isHeardIn(set)) {
                talk.hear();
            }
            terminal.ifPresent(relay -> relay.relay(set));
            Optional<ChildStatus> ended = takeSignals();
            if (ended.isPresent()) {
                return ended.get();
            }
        }
    }

    /** Milliseconds until the container's time is over, -1 for no end. */
    private int waitAtMost(long start) {
        if (options.timeoutMillis() == 0 || timedOut) {
            return -1;
        }
        long left = options.timeoutMillis() - (System.nanoTime() - start) / 1_000_000;
        return (int) Math.max(0, Math.min(left, Integer.MAX_VALUE));
    }

    private Optional<ChildStatus> takeSignals() {
        for (var signal = linux.nextSignal(signals); signal.isPresent(); signal = linux.nextSignal(signals)) {
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                Optional<ChildStatus> ended = reapChild();
                if (ended.isPresent()) {
                    return ended;
                }
            } else if (number == Signal.SIGWINCH.number() && terminal.isPresent()) {
                terminal.get().resize();
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(talk.child(), number);
            }
        }
        return Optional.empty();
    }

    private Optional<ChildStatus> reapChild() {
        for (Optional<ChildStatus> ended = linux.reap(); ended.isPresent(); ended = linux.reap()) {
            if (ended.get().pid() == talk.child()) {
                return ended;
            }
        }
        return Optional.empty();
    }
}
