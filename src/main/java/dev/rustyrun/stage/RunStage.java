package dev.rustyrun.stage;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.StepLog;
import dev.rustyrun.step.LaunchSignals;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * The first stage, on the host. It starts {@code child} before it knows what to run, so that one process starts up
 * while the other reads the command line. Then it sends the plan, relays signals and the terminal, and waits.
 *
 * <p>It is a subreaper: if {@code child} is killed, {@code init} becomes a child of this process, which kills it, so
 * that no container outlives its stages.
 */
public final class RunStage implements Stages {

    /** The status of a process that another process has killed and waited for. */
    private static final ChildStatus KILLED = new ChildStatus(0, Signal.SIGKILL.number());
    /**
     * A command that runs for this long probably runs longer; for a short one, releasing memory would cost more time
     * than it saves.
     */
    private static final int IDLE_MILLIS = 50;

    private final Linux linux;
    private final int child;
    private final boolean readOnly;
    private final int signals;
    private final StageConnection connection;
    private final PollSet set = new PollSet(4);
    private boolean returns = true;
    private Optional<TerminalRelay> terminal = Optional.empty();
    private boolean timedOut;

    private RunStage(
            Linux linux, SelfExec self, PrintStream messages, SelfExec.StartedChild child, int channel, int signals) {
        this.linux = linux;
        this.child = child.pid();
        this.readOnly = child.readOnly();
        this.signals = signals;
        this.connection = new StageConnection(
                linux,
                self,
                messages,
                child.pid(),
                channel,
                master -> terminal = Optional.of(TerminalRelay.start(linux, master, returns)));
    }

    /**
     * Starts the {@code child} stage, which waits for its plan.
     *
     * @param arguments this process's own arguments, for a JVM that must first restart itself
     * @param messages output for errors and traces
     */
    public static RunStage start(Linux linux, SelfExec self, List<String> arguments, PrintStream messages) {
        self.becomeStageReady(linux, arguments);
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
        int signals = linux.signalDescriptor(LaunchSignals.HANDLED);
        int[] pair = linux.socketPair();
        SelfExec.StartedChild child = self.startChild(linux, new int[] {-1, -1, -1, pair[1]});
        linux.close(pair[1]);
        return new RunStage(linux, self, messages, child, pair[0], signals);
    }

    /**
     * Whether the stages run from a read-only mount of the program, so that it needs no further protection from the
     * container.
     */
    public boolean isReadOnly() {
        return readOnly;
    }

    /**
     * Makes the command's terminal write line feeds without carriage returns, as runc does, because the reader expects
     * no CRLF.
     */
    public RunStage withoutReturns() {
        returns = false;
        return this;
    }

    /** Sends traced steps to {@code log} instead of printing them. */
    public void logSteps(StepLog log) {
        connection.logSteps(log);
    }

    /** Ends the waiting {@code child}, because no plan will follow. */
    public void abandon() {
        connection.close();
        linux.kill(child, Signal.SIGKILL.number());
        linux.await(child);
        // Nothing reads the signals any more.
        LaunchSignals.unblock(linux);
    }

    @Override
    public Outcome launch(LaunchPlan plan, LaunchOptions options) {
        long start = System.nanoTime();
        connection.staysUntilEnd();
        try {
            connection.sendChildPart(plan.child(), options.traced());
            connection.launch(plan, options);
            ChildStatus ended = relayUntilEnd(start, options);
            connection.receiveReports();
            connection.killOrphan(ended);
            connection.awaitServing();
            return outcome(ended, start);
        } finally {
            terminal.ifPresent(TerminalRelay::close);
        }
    }

    @Override
    public void awaitEnd() {
        // launch() has waited for all stages.
    }

    /**
     * Launches {@code plan}, which is a detached one, and lets the container continue alone: its process becomes a
     * child of the next subreaper above this process.
     *
     * @return the failure, if any
     */
    public Optional<Outcome> launchDetached(LaunchPlan plan, LaunchOptions options) {
        long start = System.nanoTime();
        connection.sendChildPart(plan.child(), options.traced());
        connection.launch(plan, options);
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            connection.addTo(set);
            linux.poll(set, -1);
            connection.receiveReports();
            boolean alone = connection.isDetached();
            Optional<ChildStatus> ended = alone ? Optional.empty() : takeSignalsOfChild();
            if (alone && (connection.isWaiting() || !connection.isOpen())) {
                if (connection.isWaiting()
                        || !plan.awaitsStart() && connection.failure().isEmpty()) {
                    return Optional.empty();
                }
                linux.kill(connection.init(), Signal.SIGKILL.number());
                ended = linux.awaitIfChild(connection.init()).or(() -> Optional.of(KILLED));
            }
            if (ended.isPresent()) {
                connection.receiveReports();
                connection.killOrphan(ended.get());
                connection.awaitServing();
                return Optional.of(outcome(ended.get(), start));
            }
        }
    }

    /** Waits for the end of a detached launch; the process to wait for is {@link StageConnection#init}. */
    public Outcome await() {
        long start = System.nanoTime();
        try {
            while (true) {
                set.clear();
                set.add(signals, PollSet.POLLIN);
                terminal.ifPresent(relay -> relay.addTo(set));
                linux.poll(set, -1);
                terminal.ifPresent(relay -> relay.relay(set));
                Optional<ChildStatus> ended = takeSignals(connection.init());
                if (ended.isPresent()) {
                    connection.awaitServing();
                    return outcome(ended.get(), start);
                }
            }
        } finally {
            terminal.ifPresent(TerminalRelay::close);
        }
    }

    /** Until the container is detached, a signal that would end this process ends the container. */
    private Optional<ChildStatus> takeSignalsOfChild() {
        for (var signal = linux.nextSignal(signals); signal.isPresent(); signal = linux.nextSignal(signals)) {
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                Optional<ChildStatus> ended = reap(child);
                if (ended.isPresent()) {
                    return ended;
                }
            } else if (LaunchSignals.isForwarded(number) && number != Signal.SIGWINCH.number()) {
                linux.kill(child, Signal.SIGKILL.number());
            }
        }
        return Optional.empty();
    }

    private Outcome outcome(ChildStatus ended, long start) {
        return connection.outcome(ended, timedOut, (System.nanoTime() - start) / 1000, linux.childrenCpuMicros());
    }

    private ChildStatus relayUntilEnd(long start, LaunchOptions options) {
        boolean idle = false;
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            connection.addTo(set);
            terminal.ifPresent(relay -> relay.addTo(set));
            int most = waitAtMost(start, options);
            if (!linux.poll(set, idle || most >= 0 && most < IDLE_MILLIS ? most : IDLE_MILLIS)) {
                if (!idle) {
                    idle = true;
                    linux.releaseProgramPages();
                } else {
                    timedOut = true;
                    connection.kill();
                }
                continue;
            }
            connection.serve(set);
            connection.receiveReports();
            terminal.ifPresent(relay -> relay.relay(set));
            Optional<ChildStatus> ended = takeSignals(child);
            if (ended.isPresent()) {
                return ended.get();
            }
        }
    }

    /** Milliseconds until the container's time limit; -1 without a limit. */
    private int waitAtMost(long start, LaunchOptions options) {
        if (options.timeoutMillis() == 0 || timedOut) {
            return -1;
        }
        long left = options.timeoutMillis() - (System.nanoTime() - start) / 1_000_000;
        return (int) Math.max(0, Math.min(left, Integer.MAX_VALUE));
    }

    /** Forwards signals to the child {@code process}; returns its status once it has ended. */
    private Optional<ChildStatus> takeSignals(int process) {
        for (var signal = linux.nextSignal(signals); signal.isPresent(); signal = linux.nextSignal(signals)) {
            int number = signal.get().number();
            if (number == Signal.SIGCHLD.number()) {
                Optional<ChildStatus> ended = reap(process);
                if (ended.isPresent()) {
                    return ended;
                }
            } else if (number == Signal.SIGWINCH.number() && terminal.isPresent()) {
                terminal.get().resize();
            } else if (LaunchSignals.isForwarded(number)) {
                linux.kill(process, number);
            }
        }
        return Optional.empty();
    }

    private Optional<ChildStatus> reap(int process) {
        for (Optional<ChildStatus> ended = linux.reap(); ended.isPresent(); ended = linux.reap()) {
            if (ended.get().pid() == process) {
                return ended;
            }
        }
        return Optional.empty();
    }
}
