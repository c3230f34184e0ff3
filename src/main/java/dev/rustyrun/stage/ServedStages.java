package dev.rustyrun.stage;

import dev.rustyrun.linux.EndedChild;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.StepFailure;
import java.util.function.Consumer;

/**
 * The {@code child} and {@code init} stage of a launch that a process with many threads and many launches watches: unlike
 * {@link RunStage} it owns no signals, and waits for no child but its own. Made by {@link StageSpawner}; used by one
 * thread at a time.
 */
public final class ServedStages implements Stages {

    private static final int ROOM = 16;
    /** How long the end is held back for output that nobody closes, because a process outside holds the pipe. */
    private static final int LINGER_MILLIS = 2000;
    /** The same for output that somebody reads, from the last time that some was taken. */
    private static final int HELD_MILLIS = 60_000;
    /** What takes longer is left to the launch. */
    private static final int PREPARE_MILLIS = 5000;

    private final Linux linux;
    private final StageConnection connection;
    private final CommandPipes pipes;
    /** Of {@code child}: an {@code init} that does not yet die with it would keep the channel open after its end. */
    private final int process;

    private final PollSet set = new PollSet(ROOM);

    private CommandIo io;
    private boolean childSent;
    private boolean timedOut;
    private boolean killed;
    private boolean childEnded;
    /** Whether it has been waited for, too. */
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
     * Starts stages that wait for their plan, with pipes as their standard files. The calling thread must live as long as they
     * do, and have the signals blocked that stages handle: a server has {@link StageSpawner} for that.
     */
    static ServedStages start(Linux linux, SelfExec self, ChildStart start) {
        try (StageFiles files = new StageFiles(linux)) {
            files.open();
            int child = files.startChild(start);
            files.closeTheirs();
            ServedStages stages = new ServedStages(linux, self, child, files);
            files.handOver();
            return stages;
        }
    }

    /** The same for a process of one thread that watches nothing else, and that nothing but its own work is to disturb. */
    public static ServedStages startAlone(Linux linux, SelfExec self) {
        LaunchSignals.block(linux);
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
        return start(linux, self, ChildStart.byExec(linux, self));
    }

    /** Our ends of the command's standard files. */
    public CommandPipes pipes() {
        return pipes;
    }

    /** Lets {@code io}, which then owns {@link #pipes}, speak with the command. Must be called before a launch. */
    public ServedStages speakingWith(CommandIo io) {
        this.io = io;
        return this;
    }

    /** Lets {@code work} know that {@code child} has ended: whether it was killed, and perhaps has not told of its {@code init}. */
    ServedStages whenEnded(Consumer<Boolean> work) {
        whenEnded = work;
        return this;
    }

    /** The process id of {@code child}. */
    int child() {
        return connection.child();
    }

    /**
     * Performs the part of {@code child} and the first {@code steps} of {@code init} ahead of a launch, whose plan must begin
     * with the very same ones, and map ids as {@code plan} does.
     *
     * @throws StepFailure when these steps were not done in time, or one has failed
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

    /** What a stage asks for is done ahead only if we listen. */
    private void awaitPrepared() {
        while (goOn() && !connection.isPrepared()) {
            set.clear();
            addStagesTo(set);
            if (!linux.poll(set, PREPARE_MILLIS)) {
                return;
            }
            hearStages(set);
        }
    }

    /** Ends the stages, unless a launch already has: there will be no plan. May be called again. */
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
                // Who goes on as init must still be heard of.
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

    /** Whether the stages of a prepared launch still wait, as they do until something has killed them. */
    public boolean areWaiting() {
        set.clear();
        addStagesTo(set);
        linux.poll(set, 0);
        hearStages(set);
        return goOn();
    }

    /** Whether {@code child} is there, as far as was heard, and has not told of the end of its {@code init}. */
    private boolean goOn() {
        return !childEnded && connection.isOpen() && connection.initEnded().isEmpty();
    }

    private void addStagesTo(PollSet wait) {
        connection.addTo(wait);
        if (!childEnded) {
            wait.add(process, PollSet.POLLIN);
        }
    }

    private void hearStages(PollSet found) {
        connection.serve(found);
        // What it has said before its end is heard before that.
        boolean end = !childEnded && found.found(process, PollSet.POLLIN);
        if (connection.isHeardIn(found)) {
            connection.hear();
        }
        childEnded |= end;
    }

    /** Why they no longer wait, in one line; empty when that is not known. */
    public String failure() {
        return connection.failure();
    }

    @Override
    public Outcome launch(LaunchPlan plan, LaunchOptions options) {
        long timeoutMillis = options.timeoutMillis();
        long start = System.nanoTime();
        boolean told = false;
        try {
            if (!childSent) {
                connection.sendChildPart(plan.child(), options.traced());
            }
            connection.launch(plan, options);
            while (goOn()) {
                boolean watched = timeoutMillis != 0 && !killed;
                if (!relay(watched ? leftOf(start, timeoutMillis) : -1)
                        && watched
                        && leftOf(start, timeoutMillis) == 0) {
                    timedOut = true;
                    kill();
                }
                obeyCaller();
            }
            // Without word of the end of init, something failed or has killed the child.
            EndedChild first =
                    connection.initEnded().isPresent() ? connection.initEnded().get() : awaitChild();
            drain();
            Outcome outcome =
                    connection.outcome(first.status(), timedOut, (System.nanoTime() - start) / 1000, first.cpuMicros());
            told = true;
            return outcome;
        } finally {
            if (told) {
                io.close();
            } else {
                // Whatever was thrown: no stage outlives it.
                abandon();
            }
        }
    }

    private void kill() {
        killed = true;
        connection.kill();
    }

    private void obeyCaller() {
        if (io.isAbandoned() && !killed) {
            kill();
        }
        for (int signal = io.nextSignal(); signal != 0; signal = io.nextSignal()) {
            linux.kill(connection.child(), signal);
        }
    }

    /** Waits until something can be moved, and moves it; whether something could within that time. */
    private boolean relay(int waitMillis) {
        set.clear();
        addStagesTo(set);
        io.addTo(set);
        if (!linux.poll(set, waitMillis)) {
            return false;
        }
        hearStages(set);
        io.relay(set);
        return true;
    }

    /** What the command has written goes out before its end is told. */
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
