package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.SentMount;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
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
public final class RunStage {

    private final Linux linux;
    private final SelfExec self;
    private final PrintStream messages;
    private final int child;
    private final int channel;
    private final int signals;
    private final StageChannel.Decoder decoder = new StageChannel.Decoder();
    private final byte[] buffer = new byte[4096];
    private final PollSet set = new PollSet(4);

    private LaunchPlan plan;
    private LaunchOptions options;
    private boolean timedOut;
    private boolean channelOpen = true;
    private int init;
    private Optional<TerminalRelay> terminal = Optional.empty();
    private Optional<Report.StepFailed> failure = Optional.empty();
    private Optional<ChildStatus> initEnded = Optional.empty();

    private RunStage(Linux linux, SelfExec self, PrintStream messages, int child, int channel, int signals) {
        this.linux = linux;
        this.self = self;
        this.messages = messages;
        this.child = child;
        this.channel = channel;
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
        linux.close(channel);
        linux.kill(child, Signal.SIGKILL.number());
        linux.await(child);
    }

    /**
     * Launches {@code plan} and waits for its end. A failure to make the container is an outcome, not an exception.
     */
    public Outcome launch(LaunchPlan plan, LaunchOptions options) {
        this.plan = plan;
        this.options = options;
        long start = System.nanoTime();
        try {
            send(plan.child());
            if (plan.idMaps().uids().isEmpty()) {
                sendInitPart();
            }
            ChildStatus ended = relayUntilEnd(start);
            readReports();
            killOrphan(ended);
            return outcome(ended, (System.nanoTime() - start) / 1000);
        } finally {
            terminal.ifPresent(TerminalRelay::close);
        }
    }

    private Outcome outcome(ChildStatus child, long micros) {
        long cpu = linux.childrenCpuMicros();
        if (failure.isPresent()) {
            Report.StepFailed failed = failure.get();
            return new Outcome(Outcome.Reason.SETUP_FAILED, failed.exitCode(), 0, failed.stage().word() + " failed to "
                    + failed.step() + ": " + failed.reason(), micros, cpu, -1);
        }
        ChildStatus ended = initEnded.orElse(child);
        if (timedOut) {
            return new Outcome(Outcome.Reason.TIMEOUT, ended.exitCode(), ended.signal(), "killed: it ran longer than "
                    + options.timeoutMillis() / 1000.0 + " s", micros, cpu, -1);
        }
        return new Outcome(ended.signalled() ? Outcome.Reason.SIGNALLED : Outcome.Reason.EXITED, ended.exitCode(),
                ended.signal(), "", micros, cpu, -1);
    }

    /** The part of {@code init}, and the mounts that it cannot make itself. */
    private void sendInitPart() {
        send(plan.init());
        MappedMounts mounts = new MappedMounts(linux, self, plan.idMaps(), child);
        for (SentMount wanted : plan.sentMounts()) {
            try (OpenFile mount = new OpenFile(linux, mounts.make(wanted))) {
                send(StageChannel.GO, mount.descriptor());
            } catch (StepFailure e) {
                fail((wanted.mapsIds() ? "map the ids of " : "copy the mount ") + wanted.source(), e.getMessage());
                return;
            }
        }
    }

    private void send(List<Step> steps) {
        send(new StageChannel.Part(options.traced(), steps).encode(), -1);
    }

    private void send(byte[] bytes, int descriptor) {
        try {
            linux.send(channel, bytes, descriptor);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
            // The stage ended before it took its part: its report or its exit code says why.
        }
    }

    private ChildStatus relayUntilEnd(long start) {
        while (true) {
            set.clear();
            set.add(signals, PollSet.POLLIN);
            if (channelOpen) {
                set.add(channel, PollSet.POLLIN);
            }
            terminal.ifPresent(relay -> relay.addTo(set));
            if (!linux.poll(set, waitAtMost(start))) {
                timedOut = true;
                linux.kill(init != 0 ? init : child, Signal.SIGKILL.number());
                continue;
            }
            if (channelOpen && set.found(channel, PollSet.POLLIN | PollSet.POLLHUP)) {
                readReports();
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
                linux.kill(child, number);
            }
        }
        return Optional.empty();
    }

    private Optional<ChildStatus> reapChild() {
        for (Optional<ChildStatus> ended = linux.reap(); ended.isPresent(); ended = linux.reap()) {
            if (ended.get().pid() == child) {
                return ended;
            }
        }
        return Optional.empty();
    }

    /** Takes what has been reported, until now or, once the stages have gone, to the end. */
    private void readReports() {
        PollSet waiting = new PollSet(1);
        waiting.add(channel, PollSet.POLLIN);
        while (channelOpen && linux.poll(waiting, 0)) {
            Received received = receive();
            if (received.count() == 0) {
                channelOpen = false;
                linux.close(channel);
            }
            decoder.take(buffer, received.count(), received.descriptor()).forEach(this::handle);
        }
    }

    private Received receive() {
        try {
            return linux.receive(channel, buffer, buffer.length);
        } catch (LinuxException e) {
            // ECONNRESET: a stage ended without having read all of its part.
            return new Received(0, -1);
        }
    }

    private void handle(Report report) {
        if (report instanceof Report.StepDone done) {
            messages.printf("trace: %-5s %6d µs  %s%n", done.stage().word(), done.micros(), done.step());
        } else if (report instanceof Report.StepFailed failed) {
            failure = failure.or(() -> Optional.of(failed));
        } else if (report instanceof Report.InitStarted started) {
            init = started.pid();
            options.initStarted().accept(init);
        } else if (report instanceof Report.InitEnded ended) {
            initEnded = Optional.of(new ChildStatus(init, ended.status()));
        } else if (report instanceof Report.IdsNeeded) {
            mapIds();
        } else if (report instanceof Report.TerminalOpened opened) {
            terminal = Optional.of(TerminalRelay.start(linux, opened.master()));
        }
    }

    /** The child waits in its new user namespace, where nobody is anybody yet. */
    private void mapIds() {
        try {
            new IdMapWriter(linux).write(child, plan.idMaps());
            send(StageChannel.GO, -1);
        } catch (LinuxException | StepFailure e) {
            fail("map ids", e.getMessage());
            return;
        }
        sendInitPart();
    }

    private void fail(String step, String reason) {
        failure = Optional.of(new Report.StepFailed(Stage.RUN, step, reason, StepFailure.RUSTYRUN_FAILED));
        linux.kill(child, Signal.SIGKILL.number());
    }

    /** A child that was killed could not wait for {@code init}, which is now ours. */
    private void killOrphan(ChildStatus ended) {
        if (ended.signalled() && init != 0 && linux.kill(init, Signal.SIGKILL.number())) {
            linux.await(init);
        }
    }
}
