package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.EndedChild;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.IdMaps;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.plan.SentMount;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
import dev.rustyrun.spec.IdMapping;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * What the process that acts as {@code run} says to the stages of one launch, and hears from them: the parts of the plan go
 * down the socket, reports come up. How that process waits is its own business. For use by one thread.
 */
final class StageTalk {

    /** What console sockets are sent with a terminal's master side: its name. */
    private static final byte[] TERMINAL_NAME = "/dev/ptmx".getBytes(StandardCharsets.UTF_8);

    private final Linux linux;
    private final SelfExec self;
    private final IntConsumer terminalOpened;
    private final int child;
    private final int channel;
    private final StageChannel.Decoder decoder = new StageChannel.Decoder();
    private final byte[] buffer = new byte[4096];

    private StepLog steps;
    private LaunchPlan plan;
    private LaunchOptions options;
    private boolean open = true;
    private boolean detached;
    private boolean waiting;
    private boolean mapped;
    private boolean givesPipes;
    private Optional<SeccompAgent> agent = Optional.empty();
    private int init;
    /** The process that has named {@link #init}, if that is not the one that {@code child} has started. */
    private int predecessor;

    /** What an {@code init} has said of which is not known yet who it is. */
    private final List<Report> early = new ArrayList<>();

    private final Map<String, Integer> changedCopies = new HashMap<>();

    private Optional<Report.StepFailed> failure = Optional.empty();
    private Optional<EndedChild> initEnded = Optional.empty();

    /**
     * @param messages where traced steps go
     * @param child the started {@code child} stage
     * @param channel our end of its socket
     * @param terminalOpened is given the master side of the command's terminal
     */
    StageTalk(Linux linux, SelfExec self, PrintStream messages, int child, int channel, IntConsumer terminalOpened) {
        this.linux = linux;
        this.self = self;
        this.steps = new PrintedSteps(messages);
        this.child = child;
        this.channel = channel;
        this.terminalOpened = terminalOpened;
    }

    /** Traced steps go to {@code log}. */
    void logSteps(StepLog log) {
        steps = log;
    }

    /** The standard files are pipes of ours, and not those that this process has. */
    void givePipes() {
        givesPipes = true;
    }

    int child() {
        return child;
    }

    /** PID 1 of the container; 0 before there is one. */
    int init() {
        return init;
    }

    /** How PID 1 ended, once it has and {@code child} could say so. */
    Optional<EndedChild> initEnded() {
        return initEnded;
    }

    /** The step that failed and why, in one line; empty as long as none has. */
    String failure() {
        return failure.map(failed -> failed.stage().word() + " failed to " + failed.step() + ": " + failed.reason())
                .orElse("");
    }

    /** Whether a stage may still have something to say. */
    boolean isOpen() {
        return open;
    }

    /** Whether {@code child} has ended and {@code init} goes on without it. */
    boolean isDetached() {
        return detached;
    }

    /** Whether {@code init} waits for its start, and says no more here. */
    boolean isWaiting() {
        return waiting;
    }

    /** Sends the part of {@code child}, which can start before it is known what {@code init} is to do. */
    void sendChildPart(List<Step> steps, boolean traced) {
        send(new StageChannel.Part(traced, steps).encode(), -1);
    }

    /** Sends the part of {@code child} ahead of a launch that begins as {@code likely} does, and maps ids as it does. */
    void prepare(LaunchPlan likely) {
        plan = likely;
        sendChildPart(likely.child(), false);
    }

    /** Sends the rest of {@code wanted} now or, when ids must be mapped first, after that. */
    void launch(LaunchPlan wanted, LaunchOptions how) {
        plan = wanted;
        options = how;
        if (init != 0) {
            tellHost();
        }
        if (!plan.idMaps().isAwaited() || mapped) {
            sendInitPart();
        }
    }

    /** The part of {@code init}, and the mounts that it cannot make itself. */
    private void sendInitPart() {
        send(new StageChannel.Part(options.traced(), plan.init()).encode(), -1);
        MappedMounts mounts = new MappedMounts(linux, self, child);
        for (SentMount wanted : plan.sentMounts()) {
            if (wanted.own()) {
                continue;
            }
            try (OpenFile mount = new OpenFile(linux, mounts.make(wanted))) {
                send(StageChannel.GO, mount.descriptor());
            } catch (StepFailure e) {
                fail((wanted.mapsIds() ? "map the ids of " : "copy the mount ") + wanted.source(), e.getMessage());
                return;
            }
        }
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

    /** Waits for reports too, as long as some may come. */
    void addTo(PollSet set) {
        if (open) {
            set.add(channel, PollSet.POLLIN);
        }
    }

    /** Whether the wait found some. */
    boolean isHeardIn(PollSet set) {
        return open && set.found(channel, PollSet.POLLIN | PollSet.POLLHUP);
    }

    /** Takes what has been reported, until now or, once the stages have gone, to the end. */
    void hear() {
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

    /** Says nothing more; a stage that waits for its part takes that for the end. */
    void close() {
        if (open) {
            open = false;
            linux.close(channel);
        }
        for (Report unheard : early) {
            if (unheard instanceof Report.TerminalOpened opened) {
                linux.close(opened.master());
            }
        }
        early.clear();
    }

    /** A copy of {@code child} may speak before that has told its process id, without which there is nothing to answer. */
    private void handle(Report report) {
        if (init == 0 && report instanceof Report.OfInit || awaitsSuccessor() && isOfSuccessor(report)) {
            early.add(report);
            return;
        }
        if (report instanceof Report.StepDone done) {
            steps.done(done.stage().word(), done.micros(), done.step());
        } else if (report instanceof Report.StepFailed failed) {
            failure = failure.or(() -> Optional.of(failed));
        } else if (report instanceof Report.InitStarted started) {
            init = started.pid();
            if (options != null) {
                tellHost();
            }
            handleEarly();
        } else if (report instanceof Report.Appeared appeared) {
            predecessor = init;
            init = appeared.pid();
            options.host().initStarted(init);
            handleEarly();
        } else if (report instanceof Report.InitEnded ended) {
            initEnded = Optional.of(new EndedChild(new ChildStatus(init, ended.status()), ended.cpuMicros()));
        } else if (report instanceof Report.IdsNeeded) {
            mapIds();
        } else if (report instanceof Report.TerminalOpened opened) {
            takeTerminal(opened.master());
        } else if (report instanceof Report.StateDue) {
            send(StageChannel.encode(options.host().createdState()), -1);
        } else if (report instanceof Report.HooksDue) {
            runHooks();
        } else if (report instanceof Report.DescriptorsDue) {
            sendDescriptors();
        } else if (report instanceof Report.SetUp) {
            letGo();
        } else if (report instanceof Report.SourceDue due) {
            sendSource(due.path());
        } else if (report instanceof Report.CopyDue due) {
            changeCopy(due);
        } else if (report instanceof Report.NetDevicesDue) {
            moveNetDevices();
        } else if (report instanceof Report.ListenerDue) {
            findAgent();
        } else if (report instanceof Report.ListenerOpened opened) {
            tellAgent(opened.listener());
        } else if (report instanceof Report.GateDue) {
            sendGate(options.host().gate());
        } else if (report instanceof Report.Parting) {
            part();
        } else if (report instanceof Report.Waiting) {
            waiting = true;
        }
    }

    private void tellHost() {
        if (plan.appears()) {
            options.host().initPrepares(init);
        } else {
            options.host().initStarted(init);
        }
    }

    private void handleEarly() {
        List<Report> unheard = List.copyOf(early);
        early.clear();
        unheard.forEach(this::handle);
    }

    /** Whether the process that {@code init} is now will not be the command, but another that it has yet to name. */
    boolean awaitsSuccessor() {
        return plan != null && plan.appears() && predecessor == 0;
    }

    /** What only the process says that becomes the command, perhaps before it has been named. */
    private static boolean isOfSuccessor(Report report) {
        return report instanceof Report.SetUp
                || report instanceof Report.StateDue
                || report instanceof Report.ListenerDue
                || report instanceof Report.ListenerOpened;
    }

    /** The child waits in its user namespace; in a new one, nobody is anybody yet. */
    private void mapIds() {
        try {
            IdMapWriter writer = new IdMapWriter(linux);
            IdMaps maps = plan.idMaps();
            if (maps.joined()) {
                maps = writer.check(child, maps);
            } else {
                writer.write(child, maps);
            }
            if (linux.isRoot()) {
                giveFiles(maps);
            }
            send(StageChannel.GO, -1);
            mapped = true;
        } catch (LinuxException | StepFailure e) {
            fail(plan.idMaps().joined() ? "join the user namespace" : "map ids", e.getMessage());
            return;
        }
        if (options != null) {
            sendInitPart();
        }
    }

    /** Nobody else could open them anew, as by {@code /dev/stdout}. Through the child: our ends may be closed by now. */
    private void giveFiles(IdMaps maps) {
        OptionalLong user = IdMapping.outside(maps.uids(), 0);
        OptionalLong group = IdMapping.outside(maps.gids(), 0);
        if (!givesPipes) {
            if (!plan.terminal() && user.isPresent() && group.isPresent()) {
                StandardFiles.give(linux, (int) user.getAsLong(), (int) group.getAsLong());
            }
            return;
        }
        for (int i = 0; user.isPresent() && group.isPresent() && i < StageChannel.DESCRIPTOR; i++) {
            try (OpenFile file = new OpenFile(linux, linux.open("/proc/" + child + "/fd/" + i, FileFlag.O_PATH))) {
                linux.changeOwnerOfPath(file.descriptor(), (int) user.getAsLong(), (int) group.getAsLong());
            }
        }
    }

    private void takeTerminal(int master) {
        if (options.consoleSocket().isEmpty()) {
            terminalOpened.accept(master);
            return;
        }
        String path = options.consoleSocket().get();
        try (OpenFile given = new OpenFile(linux, master);
                OpenFile socket = new OpenFile(linux, linux.connect(path))) {
            linux.send(socket.descriptor(), TERMINAL_NAME, given.descriptor());
        } catch (LinuxException e) {
            fail("send the terminal to " + path, e.getMessage());
        }
    }

    /**
     * What the root of a user namespace may not reach, the host's does. It is opened in the container's mount namespace, where
     * the kernel keeps a mount's {@code ro}, {@code nodev} and the like from being taken off by the container.
     */
    private void sendSource(String path) {
        boolean planned = plan.init().stream()
                .anyMatch(step -> step instanceof MountStep.BindMount bind
                                && bind.source().equals(path)
                        || step instanceof MountStep.ReceiveMount received
                                && received.own().equals(path));
        try (OpenFile root = new OpenFile(
                        linux, linux.open("/proc/" + init + "/root", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                OpenFile source = new OpenFile(
                        linux, linux.openInRoot(root.descriptor(), planned ? path : "", FileFlag.O_PATH))) {
            send(StageChannel.SOURCE, source.descriptor());
        } catch (LinuxException e) {
            // Nor do we: init says what it was refused.
            send(StageChannel.SOURCE, -1);
        }
    }

    private void changeCopy(Report.CopyDue due) {
        Optional<SentMount> planned = plan.sentMounts().stream()
                .filter(mount -> mount.own() && mount.source().equals(due.path()))
                .skip(changedCopies.merge(due.path(), 1, Integer::sum) - 1)
                .findFirst();
        try (OpenFile copy = new OpenFile(linux, due.copy())) {
            new MappedMounts(linux, self, child)
                    .change(copy.descriptor(), planned.orElseThrow(() -> new StepFailure("it is not planned")));
            send(StageChannel.SOURCE, copy.descriptor());
        } catch (StepFailure e) {
            fail("map the ids of " + due.path(), e.getMessage());
        }
    }

    private void moveNetDevices() {
        try {
            new NetDeviceMover(linux).move(plan.netDevices(), init);
            send(StageChannel.GO, -1);
        } catch (LinuxException | StepFailure e) {
            fail("move network devices into the container", e.getMessage());
        }
    }

    /** Before the filter is there: without an agent its calls would wait for ever. */
    private void findAgent() {
        LaunchHost.Agent wanted = options.host().agent();
        try {
            agent = Optional.of(SeccompAgent.connect(linux, wanted));
            send(StageChannel.GO, -1);
        } catch (LinuxException e) {
            fail("reach the seccomp agent at " + wanted.socket(), e.getMessage() + "; does it listen there?");
        }
    }

    private void tellAgent(int listener) {
        try (OpenFile given = new OpenFile(linux, listener)) {
            agent.orElseThrow().tell(given.descriptor());
        } catch (LinuxException e) {
            fail("send the seccomp listener to its agent", e.getMessage());
        }
    }

    private void runHooks() {
        try {
            LaunchHost.HookStates states = options.host().runHooks();
            send(StageChannel.encode(states.creating()), -1);
            send(StageChannel.encode(states.created()), -1);
        } catch (HookRunner.HookFailure e) {
            fail("run hooks", e.getMessage());
        }
    }

    /** A go alone stands for one that is not there: so many were to be handed over at most. */
    private void sendDescriptors() {
        for (int i = 0; i < options.descriptors(); i++) {
            boolean there = self.wasGiven(linux, StageChannel.DESCRIPTOR + i);
            send(StageChannel.GO, there ? StageChannel.DESCRIPTOR + i : StageChannel.NO_DESCRIPTOR);
        }
    }

    /**
     * From its go on, {@code init} needs none of us any more. Child ends before: whose child {@code init} is then, and nobody
     * else, hears how it ends.
     */
    private void letGo() {
        try {
            Optional<LaunchHost.Gate> gate =
                    plan.awaitsStart() ? Optional.of(options.host().gate()) : Optional.empty();
            options.host().setUp();
            linux.kill(child, Signal.SIGKILL.number());
            linux.awaitIfChild(child);
            if (predecessor != 0) {
                linux.awaitIfChild(predecessor);
            }
            detached = true;
            send(StageChannel.GO, -1);
            gate.ifPresent(this::sendGate);
        } catch (LinuxException e) {
            fail("write down that it is created", e.getMessage());
        }
    }

    private void sendGate(LaunchHost.Gate gate) {
        try (OpenFile fifo = new OpenFile(linux, gate.fifo());
                OpenFile reports = new OpenFile(linux, gate.reports())) {
            send(StageChannel.GO, fifo.descriptor());
            send(StageChannel.GO, reports.descriptor());
        }
    }

    /** The same where {@code init}'s successor is the small program, or the command already: child lets it go, and ends. */
    private void part() {
        try {
            options.host().setUp();
            send(StageChannel.GO, -1);
            linux.awaitIfChild(child);
            linux.awaitIfChild(predecessor);
            detached = true;
            waiting = plan.awaitsStart();
        } catch (LinuxException e) {
            fail("write down that it is created", e.getMessage());
        }
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

    /** Kills the container or, while there is none, the stage that would make it. */
    void kill() {
        if (initEnded.isPresent()) {
            // Its number may be another process's by now.
            return;
        }
        try {
            if (options != null) {
                options.host().beforeKill();
            }
        } finally {
            linux.kill(init != 0 ? init : child, Signal.SIGKILL.number());
            if (awaitsSuccessor()) {
                // Whoever is to be named now dies with child.
                linux.kill(child, Signal.SIGKILL.number());
            }
        }
    }

    /** A child that was killed could not wait for {@code init}, which is now ours; nor for one that has named another. */
    void killOrphan(ChildStatus ended) {
        if (!ended.signalled() || init == 0 || initEnded.isPresent()) {
            return;
        }
        if (awaitsSuccessor()) {
            // It dies with child, or has just named its successor.
            linux.awaitIfChild(init);
            hear();
        }
        if (predecessor != 0) {
            linux.awaitIfChild(predecessor);
        }
        if (linux.kill(init, Signal.SIGKILL.number())) {
            linux.awaitIfChild(init);
        }
    }

    /**
     * How the launch ended, when {@code child} ended so.
     *
     * @param wallMicros since the plan was sent
     * @param cpuMicros of the stages and the command
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
                    failed.step());
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
