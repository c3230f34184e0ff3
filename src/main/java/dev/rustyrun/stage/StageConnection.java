package dev.rustyrun.stage;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.EndedChild;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.PrintedSteps;
import dev.rustyrun.spec.StepLog;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepFailure;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * The connection of the process that acts as {@code run} to the stages of one launch: it sends the parts of the plan
 * and receives reports. Waiting is left to that process. For use by one thread.
 */
final class StageConnection {

    private final Linux linux;
    private final PrintStream messages;
    private final StageHost host;
    private final int child;
    private final int channel;
    private final ReportCodec.Decoder decoder = new ReportCodec.Decoder();
    private final byte[] buffer = new byte[4096];

    private StepLog steps;
    private LaunchPlan plan;
    private LaunchOptions options;
    private boolean open = true;
    private boolean detached;
    private boolean waiting;
    private boolean mapped;
    /** The number of steps of {@code init} that are performed ahead of the launch. */
    private int ahead;

    private boolean prepared;
    /** The open root of the container that was built ahead, until {@link #takeRoot}. */
    private int root = Connection.NO_DESCRIPTOR;

    private int init;
    /**
     * The {@code init} that {@code child} has started, once it has named its successor, which is then {@link #init}; 0
     * before.
     */
    private int predecessor;

    /** Reports from an {@code init} whose pid is not known yet. */
    private final List<Report> early = new ArrayList<>();

    /** The steps of {@code run} that a stage has requested; none is performed twice. */
    private final Set<Integer> asked = new HashSet<>();

    private Optional<Report.StepFailed> failure = Optional.empty();
    private Optional<EndedChild> initEnded = Optional.empty();

    /**
     * @param messages receives traced steps, and what fails while the container runs
     * @param child the started {@code child} stage
     * @param channel this process's end of the socket
     * @param terminalOpened receives the master side of the command's terminal
     */
    StageConnection(
            Linux linux, SelfExec self, PrintStream messages, int child, int channel, IntConsumer terminalOpened) {
        this.linux = linux;
        this.messages = messages;
        this.host = new StageHost(linux, self, this, terminalOpened);
        this.steps = new PrintedSteps(messages);
        this.child = child;
        this.channel = channel;
    }

    /** Sends traced steps to {@code log}. */
    void logSteps(StepLog log) {
        steps = log;
    }

    /** Declares that the standard files are pipes of this launch, and not those of this process. */
    void givePipes() {
        host.givePipes();
    }

    /** This process lives as long as the container. */
    void staysUntilEnd() {
        host.staysUntilEnd();
    }

    int child() {
        return child;
    }

    /** PID 1 of the container; 0 before it exists. */
    int init() {
        return init;
    }

    /** How PID 1 ended, if {@code child} could report it. */
    Optional<EndedChild> initEnded() {
        return initEnded;
    }

    /** The step that failed and why, in one line; empty if none has. */
    String failure() {
        return failure.map(failed -> failed.stage().word() + " failed to " + failed.step() + ": " + failed.reason())
                .orElse("");
    }

    /** Whether a stage may still report something. */
    boolean isOpen() {
        return open;
    }

    /** Whether {@code child} has ended and {@code init} continues without it. */
    boolean isDetached() {
        return detached;
    }

    /** Whether {@code init} waits for its start, and reports nothing more here. */
    boolean isWaiting() {
        return waiting;
    }

    /** Sends the part of {@code child}, which can start before the part of {@code init} is known. */
    void sendChildPart(List<Step> steps, boolean traced) {
        send(new StageChannel.Part(traced, steps).encode(), -1);
    }

    /**
     * Sends the part of {@code child} ahead of a launch that is expected to begin like {@code likely}, and the first
     * {@code steps} steps of {@code init}, immediately or after ids have been mapped.
     */
    void prepare(LaunchPlan likely, int steps) {
        plan = likely;
        ahead = steps;
        sendChildPart(likely.child(), false);
        if (likely.idMaps().isEmpty()) {
            sendAhead();
        }
    }

    private void sendAhead() {
        if (ahead > 0) {
            send(new StageChannel.Part(false, plan.init().subList(0, ahead)).encode(), -1);
        }
    }

    /** Whether {@code init} exists, and has performed its steps ahead of the launch. */
    boolean isPrepared() {
        return init != 0 && (ahead == 0 || prepared);
    }

    /** The open root of the container that was built ahead, which the caller must close. */
    int takeRoot() {
        int taken = root;
        root = Connection.NO_DESCRIPTOR;
        return taken;
    }

    /** Sends the rest of {@code wanted} immediately or, if ids must be mapped first, afterwards. */
    void launch(LaunchPlan wanted, LaunchOptions how) {
        plan = wanted;
        options = how;
        if (init != 0) {
            recordStart();
        }
        if (plan.idMaps().isEmpty() || mapped) {
            sendInitPart();
        }
    }

    private void sendInitPart() {
        List<Step> rest = plan.init().subList(ahead, plan.init().size());
        send(new StageChannel.Part(options.traced(), rest).encode(), -1);
    }

    void send(byte[] bytes, int descriptor) {
        try {
            linux.send(channel, bytes, descriptor);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
            // The stage ended before it read its part: its report or its exit code says why.
        }
    }

    /**
     * Adds the channel to {@code set}, as long as reports may arrive, and the sockets of a proxy that has not started.
     */
    void addTo(PollSet set) {
        if (open) {
            set.add(channel, PollSet.POLLIN);
        }
        host.addTo(set);
    }

    /**
     * Starts the container's proxy if {@code set} shows a connection to it. Called before {@link #receiveReports},
     * which may close the proxy's socket.
     */
    void serve(PollSet set) {
        try {
            host.startProxyIfWanted(set);
        } catch (LinuxException | StepFailure e) {
            messages.println(Printable.line("rustyrun: cannot start the proxy of "
                    + options.record().id() + "; its connections are refused: " + e.getMessage()));
        }
    }

    /** Whether the wait found reports. */
    boolean hasReports(PollSet set) {
        return open && set.found(channel, PollSet.POLLIN | PollSet.POLLHUP);
    }

    /** Handles the reports that have arrived or, once the stages have ended, all of them. */
    void receiveReports() {
        PollSet waiting = new PollSet(1);
        waiting.add(channel, PollSet.POLLIN);
        while (open && linux.poll(waiting, 0)) {
            Received received = receive();
            if (received.count() == 0) {
                close();
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

    /** Closes the channel; a stage that waits for its part then ends. */
    void close() {
        if (open) {
            open = false;
            linux.close(channel);
        }
        for (Report unheard : early) {
            if (unheard instanceof Report.Due due && due.descriptor() != Connection.NO_DESCRIPTOR) {
                linux.close(due.descriptor());
            }
        }
        early.clear();
        linux.closeAll(new int[] {takeRoot()});
        host.close();
    }

    /**
     * Handles a report, or stores it: a copy of {@code child} may report before its process id is known, without which
     * it cannot be answered.
     */
    private void handle(Report report) {
        if (init == 0 && isOfInit(report) || awaitsSuccessor() && isOf(HostStep.Asker.COMMAND, report)) {
            early.add(report);
            return;
        }
        if (report instanceof Report.StepDone done) {
            steps.done(done.stage().word(), done.micros(), done.step());
        } else if (report instanceof Report.Warned warned) {
            messages.println(Printable.line("rustyrun: warning: " + warned.text()));
        } else if (report instanceof Report.StepFailed failed) {
            failure = failure.or(() -> Optional.of(failed));
        } else if (report instanceof Report.InitStarted started) {
            init = started.pid();
            if (options != null) {
                recordStart();
            }
            handleEarly();
        } else if (report instanceof Report.Appeared appeared) {
            predecessor = init;
            init = appeared.pid();
            options.record().started(init, false);
            handleEarly();
        } else if (report instanceof Report.InitEnded ended) {
            initEnded = Optional.of(new EndedChild(new ChildStatus(init, ended.status()), ended.cpuMicros()));
        } else if (report instanceof Report.Prepared done) {
            linux.closeAll(new int[] {takeRoot()});
            root = done.root();
            prepared = true;
        } else if (report instanceof Report.Due due) {
            apply(due);
        }
    }

    private void recordStart() {
        options.record().started(init, plan.appears());
    }

    private void handleEarly() {
        List<Report> unheard = List.copyOf(early);
        early.clear();
        unheard.forEach(this::handle);
    }

    /** Whether {@code init} will have a successor that has not been named yet. */
    boolean awaitsSuccessor() {
        return plan != null && plan.appears() && predecessor == 0;
    }

    private boolean isOfInit(Report report) {
        return report instanceof Report.Appeared
                || isOf(HostStep.Asker.INIT, report)
                || isOf(HostStep.Asker.COMMAND, report);
    }

    private boolean isOf(HostStep.Asker asker, Report report) {
        return report instanceof Report.Due due
                && isPlanned(due)
                && plan.run().get(due.step()).asker() == asker;
    }

    private boolean isPlanned(Report.Due due) {
        return due.step() >= 0 && due.step() < plan.run().size();
    }

    /** Performs the step that a stage requests, or ends the launch. */
    private void apply(Report.Due due) {
        if (!isPlanned(due) || !asked.add(due.step())) {
            linux.closeAll(new int[] {due.descriptor()});
            fail("do what a stage asks for", "step " + due.step() + " of run is not planned, or was done before");
            return;
        }
        HostStep step = plan.run().get(due.step());
        try {
            step.apply(host, due.descriptor());
        } catch (LinuxException | StepFailure e) {
            fail(step.describe(), e.getMessage());
            return;
        }
        if (step instanceof HostStep.MapIds) {
            mapped = true;
            if (options != null) {
                sendInitPart();
            } else {
                sendAhead();
            }
        }
    }

    /** The plan of this launch or, if it is not known yet, a likely plan. */
    LaunchPlan plan() {
        return plan;
    }

    LaunchOptions options() {
        return options;
    }

    /** Kills {@code child}, and waits for its end: {@code init} continues alone. */
    void endChild() {
        linux.kill(child, Signal.SIGKILL.number());
        linux.awaitIfChild(child);
        if (predecessor != 0) {
            linux.awaitIfChild(predecessor);
        }
        detached = true;
    }

    /** Waits for the end of {@code child}, which has released a successor. */
    void awaitChild(boolean waitsForStart) {
        linux.awaitIfChild(child);
        linux.awaitIfChild(predecessor);
        detached = true;
        waiting = waitsForStart;
    }

    void waitsForStart() {
        waiting = true;
    }

    private void fail(String step, String reason) {
        failure = Optional.of(new Report.StepFailed(
                Stage.RUN,
                Printable.of(step, StepRunner.MAX_STEP),
                Printable.of(reason, StepRunner.MAX_REASON),
                StepFailure.RUSTYRUN_FAILED));
        if (init != 0) {
            linux.kill(init, Signal.SIGKILL.number());
        }
        if (!detached) {
            linux.kill(child, Signal.SIGKILL.number());
        }
    }

    /** Kills the container or, if it does not exist yet, the stage that would create it. */
    void kill() {
        if (initEnded.isPresent()) {
            // The process id may have been reused by now.
            return;
        }
        try {
            if (options != null) {
                options.record().beforeKill();
            }
        } finally {
            linux.kill(init != 0 ? init : child, Signal.SIGKILL.number());
            if (awaitsSuccessor()) {
                // A successor that has not been named yet dies with child.
                linux.kill(child, Signal.SIGKILL.number());
            }
        }
    }

    /**
     * Kills {@code init}, and waits for it and its predecessor, if {@code child} was killed before it could do so: they
     * are now children of this process.
     */
    void killOrphan(ChildStatus ended) {
        if (!ended.signalled() || init == 0 || initEnded.isPresent()) {
            return;
        }
        if (awaitsSuccessor()) {
            // It dies with child, or has just named its successor.
            linux.awaitIfChild(init);
            receiveReports();
        }
        if (predecessor != 0) {
            linux.awaitIfChild(predecessor);
        }
        if (linux.kill(init, Signal.SIGKILL.number())) {
            linux.awaitIfChild(init);
        }
    }

    /** Waits for the processes that have served the container; after its end, they end by themselves. */
    void awaitServing() {
        host.awaitServing();
    }

    /**
     * The result of the launch, when {@code child} ended like this.
     *
     * @param wallMicros the time since the plan was sent
     * @param cpuMicros the processor time of the stages and the command
     */
    Outcome outcome(ChildStatus child, boolean timedOut, long wallMicros, long cpuMicros) {
        if (failure.isPresent()) {
            Report.StepFailed failed = failure.get();
            return new Outcome(
                    Outcome.Reason.SETUP_FAILED,
                    failed.exitCode(),
                    0,
                    failure(),
                    wallMicros,
                    cpuMicros,
                    -1,
                    failed.step(),
                    failed.fault());
        }
        ChildStatus ended = initEnded.map(EndedChild::status).orElse(child);
        if (timedOut) {
            return new Outcome(
                    Outcome.Reason.TIMEOUT,
                    ended.exitCode(),
                    ended.signal(),
                    "killed: it ran longer than " + options.timeoutMillis() / 1000.0 + " s",
                    wallMicros,
                    cpuMicros,
                    -1,
                    "");
        }
        return new Outcome(
                ended.signalled() ? Outcome.Reason.SIGNALLED : Outcome.Reason.EXITED,
                ended.exitCode(),
                ended.signal(),
                "",
                wallMicros,
                cpuMicros,
                -1,
                "");
    }
}
