package dev.rustyrun.stage;

import dev.rustyrun.linux.EndedChild;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.StepFailure;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The {@code child} and {@code init} stages of a launch for a process with many threads and many launches. Unlike
 * {@link RunStage}, it handles no signals, and waits only for its own child. Created by {@link StageSpawner}; used by
 * one thread at a time.
 */
public final class ServedStages implements Stages {

    private static final int ROOM = 16;
    /** How long the end of a launch is delayed for output that stays open, because a process outside holds the pipe. */
    private static final int LINGER_MILLIS = 2000;
    /** How long the end of a launch is delayed for output with a reader, since data was last read. */
    private static final int HELD_MILLIS = 60_000;
    /** A preparation that takes longer is abandoned. */
    private static final int PREPARE_MILLIS = 5000;

    private final Linux linux;
    private final StageConnection connection;
    private final CommandPipes pipes;
    /**
     * A pidfd of {@code child}. The end of the channel is not enough: an {@code init} that does not yet die with
     * {@code child} keeps it open.
     */
    private final int process;

    private final PollSet set = new PollSet(ROOM);

    private CommandIo io;
    private boolean childSent;
    private boolean timedOut;
    private boolean killed;
    private boolean childEnded;
    /** Whether {@code child} has also been waited for. */
    private boolean ended;

    private boolean pipesClosed;
    private Consumer<Boolean> whenEnded = killed -> {};

    private ServedStages(Linux linux, SelfExec self, int child, StageFiles files) {
        this.linux = linux;
        this.connection =
                new StageConnection(linux, self, System.err, child, files.channel(), master -> io.terminal(master));
        connection.givePipes();
        connection.staysUntilEnd();
        this.pipes = files.pipes();
        this.process = files.process();
    }

    /**
     * Starts stages that wait for their plan, with pipes as their standard files. The calling thread must live as long
     * as the stages, and must block the signals that stages handle: a server uses {@link StageSpawner} for that.
     */
    static ServedStages start(Linux linux, SelfExec self, ChildStart start) {
        try (StageFiles files = new StageFiles(linux)) {
            files.open();
            int child = files.startChild(start);
            files.closeChildEnds();
            ServedStages stages = new ServedStages(linux, self, child, files);
            files.handOver();
            return stages;
        }
    }

    /** Starts stages for a process with one thread that watches nothing else. */
    public static ServedStages startAlone(Linux linux, SelfExec self) {
        LaunchSignals.block(linux);
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
        return start(linux, self, ChildStart.byExec(linux, self));
    }

    /** This process's ends of the command's standard files. */
    public CommandPipes pipes() {
        return pipes;
    }

    /** Connects the command to {@code io}, which then owns {@link #pipes}. Must be called before a launch. */
    public ServedStages connectTo(CommandIo io) {
        this.io = io;
        return this;
    }

    /**
     * Calls {@code work} when {@code child} has ended, with true if it was killed and may not have reported its
     * {@code init}.
     */
    ServedStages whenEnded(Consumer<Boolean> work) {
        whenEnded = work;
        return this;
    }

    /** The process id of {@code child}. */
    int child() {
        return connection.child();
    }

    /**
     * Performs the part of {@code child} and the first {@code steps} steps of {@code init} ahead of a launch, whose
     * plan must begin with exactly the same steps and map ids as {@code plan} does.
     *
     * @throws StepFailure when these steps do not finish in time, or one of them fails
     */
    public void prepare(LaunchPlan plan, int steps) {
        connection.prepare(plan, steps);
        childSent = true;
        if (plan.idMaps().isPresent() || steps > 0) {
            awaitPrepared();
        }
        if (steps > 0 && !connection.isPrepared()) {
            throw new StepFailure(failure().isEmpty() ? "its stages have ended, or take too long" : failure());
        }
    }

    /** The open root of the container that {@link #prepare} has built, which the caller must close. */
    public Optional<OpenFile> takeRoot() {
        return Optional.of(connection.takeRoot())
                .filter(root -> root != Connection.NO_DESCRIPTOR)
                .map(root -> new OpenFile(linux, root));
    }

    /** Stages depend on this process while they prepare: it must answer their requests. */
    private void awaitPrepared() {
        while (isRunning() && !connection.isPrepared()) {
            set.clear();
            addStagesTo(set);
            if (!linux.poll(set, PREPARE_MILLIS)) {
                return;
            }
            handleReports(set);
        }
    }

    /**
     * Ends the stages unless a launch has ended them already, because no plan will follow. Can be called more than
     * once.
     */
    public void abandon() {
        try {
            if (!ended) {
                connection.kill();
            }
        } finally {
            try {
                awaitEnd();
            } finally {
                closeFiles();
            }
        }
    }

    private void closeFiles() {
        if (io != null) {
            io.close();
        } else if (!pipesClosed) {
            pipesClosed = true;
            pipes.close(linux);
        }
    }

    @Override
    public void awaitEnd() {
        if (!ended) {
            awaitChild();
        }
    }

    private EndedChild awaitChild() {
        try {
            if (connection.awaitsSuccessor()) {
                // The report about the successor is still needed.
                linux.kill(connection.child(), Signal.SIGKILL.number());
            } else {
                connection.close();
            }
            EndedChild child = linux.awaitWithUsage(connection.child());
            ended = true;
            childEnded = true;
            linux.close(process);
            whenEnded.accept(child.status().signalled());
            connection.killOrphan(child.status());
            connection.awaitServing();
            return child;
        } finally {
            connection.close();
        }
    }

    /** Whether the stages of a prepared launch still wait; they do unless they were killed. */
    public boolean areWaiting() {
        set.clear();
        addStagesTo(set);
        linux.poll(set, 0);
        handleReports(set);
        return isRunning();
    }

    /** Whether {@code child}, as far as known, still runs and has not reported the end of its {@code init}. */
    private boolean isRunning() {
        return !childEnded && connection.isOpen() && connection.initEnded().isEmpty();
    }

    private void addStagesTo(PollSet wait) {
        connection.addTo(wait);
        if (!childEnded) {
            wait.add(process, PollSet.POLLIN);
        }
    }

    private void handleReports(PollSet found) {
        connection.serve(found);
        // Reports that were sent before the end of child are handled before the end.
        boolean end = !childEnded && found.found(process, PollSet.POLLIN);
        if (connection.hasReports(found)) {
            connection.receiveReports();
        }
        childEnded |= end;
    }

    /** Why the stages no longer wait, in one line; empty when that is unknown. */
    public String failure() {
        return connection.failure();
    }

    @Override
    public Outcome launch(LaunchPlan plan, LaunchOptions options) {
        long timeoutMillis = options.timeoutMillis();
        long start = System.nanoTime();
        boolean reported = false;
        try {
            if (!childSent) {
                connection.sendChildPart(plan.child(), options.traced());
            }
            connection.launch(plan, options);
            while (isRunning()) {
                boolean watched = timeoutMillis != 0 && !killed;
                if (!relay(watched ? leftOf(start, timeoutMillis) : -1)
                        && watched
                        && leftOf(start, timeoutMillis) == 0) {
                    timedOut = true;
                    kill();
                }
                handleCaller();
            }
            // Without a report of init's end, a step has failed or child was killed.
            EndedChild first =
                    connection.initEnded().isPresent() ? connection.initEnded().get() : awaitChild();
            drain();
            Outcome outcome =
                    connection.outcome(first.status(), timedOut, (System.nanoTime() - start) / 1000, first.cpuMicros());
            reported = true;
            return outcome;
        } finally {
            if (reported) {
                io.close();
            } else {
                // No stage may outlive an exception.
                abandon();
            }
        }
    }

    private void kill() {
        killed = true;
        connection.kill();
    }

    private void handleCaller() {
        if (io.isAbandoned() && !killed) {
            kill();
        }
        for (int signal = io.nextSignal(); signal != 0; signal = io.nextSignal()) {
            linux.kill(connection.child(), signal);
        }
    }

    /** Waits until data can be transferred, and transfers it; false if nothing happened within that time. */
    private boolean relay(int waitMillis) {
        set.clear();
        addStagesTo(set);
        io.addTo(set);
        if (!linux.poll(set, waitMillis)) {
            return false;
        }
        handleReports(set);
        io.relay(set);
        return true;
    }

    /** Transfers the rest of the command's output before its end is reported. */
    private void drain() {
        long start = System.nanoTime();
        while (io.isOpen() && !io.isAbandoned()) {
            int wait = leftOf(start, LINGER_MILLIS);
            if (io.isHeld()) {
                wait = HELD_MILLIS;
                start = System.nanoTime();
            }
            if (wait == 0 || !relay(wait)) {
                return;
            }
        }
    }

    private static int leftOf(long start, long millis) {
        long left = millis - (System.nanoTime() - start) / 1_000_000;
        return (int) Math.max(0, Math.min(left, Integer.MAX_VALUE));
    }
}
