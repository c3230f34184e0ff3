package dev.rustyrun.launch;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.SentMount;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The {@code run} stage's end of the socket: sends the plan, answers what the other stages ask, remembers what they said. */
final class StageTalk {

    /** What console sockets are sent with a terminal's master side: its name. */
    private static final byte[] TERMINAL_NAME = "/dev/ptmx".getBytes(StandardCharsets.UTF_8);

    private final Linux linux;
    private final SelfExec self;
    private final PrintStream messages;
    private final int child;
    private final int channel;
    private final StageChannel.Decoder decoder = new StageChannel.Decoder();
    private final byte[] buffer = new byte[4096];
    private LaunchPlan plan;
    private LaunchOptions options;
    private boolean open = true;
    private boolean detached;
    private boolean waiting;
    private int init;
    private Optional<TerminalRelay> terminal = Optional.empty();
    private Optional<Report.StepFailed> failure = Optional.empty();
    private Optional<ChildStatus> initEnded = Optional.empty();

    /** @param channel run's end, open to {@code child} */
    StageTalk(Linux linux, SelfExec self, PrintStream messages, int child, int channel) {
        this.linux = linux;
        this.self = self;
        this.messages = messages;
        this.child = child;
        this.channel = channel;
    }

    /** The stages' own end is closed: they have gone, or the command has started. */
    boolean isOpen() {
        return open;
    }

    /** Whether {@code init} no longer dies with {@code child}. */
    boolean isDetached() {
        return detached;
    }

    /** Whether {@code init} waits for its start, and says no more here. */
    boolean isWaiting() {
        return waiting;
    }

    /** The process id of {@code init}; 0 as long as there is none. */
    int init() {
        return init;
    }

    Optional<TerminalRelay> terminal() {
        return terminal;
    }

    Optional<Report.StepFailed> failure() {
        return failure;
    }

    Optional<ChildStatus> initEnded() {
        return initEnded;
    }

    /** Sends the plan, as far as nothing must happen first. */
    void begin(LaunchPlan what, LaunchOptions how) {
        this.plan = what;
        this.options = how;
        send(plan.child());
        if (plan.idMaps().uids().isEmpty()) {
            sendInitPart();
        }
    }

    /** The part of {@code init}, and the mounts and descriptors that it cannot get itself. */
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

    void close() {
        linux.close(channel);
    }

    void addTo(PollSet set) {
        if (open) {
            set.add(channel, PollSet.POLLIN);
        }
    }

    /** Takes what has been reported, until now or, once the stages have gone, to the end. */
    void readReports() {
        PollSet wait = new PollSet(1);
        wait.add(channel, PollSet.POLLIN);
        while (open && linux.poll(wait, 0)) {
            Received received = receive();
            if (received.count() == 0) {
                open = false;
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
            options.host().initStarted(init);
        } else if (report instanceof Report.InitEnded ended) {
            initEnded = Optional.of(new ChildStatus(init, ended.status()));
        } else if (report instanceof Report.IdsNeeded) {
            mapIds();
        } else if (report instanceof Report.TerminalOpened opened) {
            takeTerminal(opened.master());
        } else if (report instanceof Report.HooksDue) {
            runHooks();
        } else if (report instanceof Report.DescriptorsDue) {
            sendDescriptors();
        } else if (report instanceof Report.SetUp) {
            letGo();
        } else if (report instanceof Report.Detached) {
            detached = true;
        } else if (report instanceof Report.Waiting) {
            waiting = true;
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

    private void takeTerminal(int master) {
        if (options.consoleSocket().isEmpty()) {
            terminal = Optional.of(TerminalRelay.start(linux, master));
            return;
        }
        String path = options.consoleSocket().get();
        try (OpenFile given = new OpenFile(linux, master); OpenFile socket = new OpenFile(linux, linux.connect(path))) {
            linux.send(socket.descriptor(), TERMINAL_NAME, given.descriptor());
        } catch (LinuxException e) {
            fail("send the terminal to " + path, e.getMessage());
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

    private void sendDescriptors() {
        for (int i = 0; i < options.descriptors(); i++) {
            // Ours are all close-on-exec.
            if (!linux.isInherited(StageChannel.DESCRIPTOR + i)) {
                fail("hand over descriptors", "there is no descriptor " + (StageChannel.DESCRIPTOR + i) + " to preserve");
                return;
            }
            send(StageChannel.GO, StageChannel.DESCRIPTOR + i);
        }
    }

    /** From its go on, {@code init} needs none of us any more. */
    private void letGo() {
        try {
            options.host().setUp();
            send(StageChannel.GO, -1);
            if (plan.awaitsStart()) {
                LaunchHost.Gate gate = options.host().gate();
                try (OpenFile fifo = new OpenFile(linux, gate.fifo());
                        OpenFile reports = new OpenFile(linux, gate.reports())) {
                    send(StageChannel.GO, fifo.descriptor());
                    send(StageChannel.GO, reports.descriptor());
                }
            }
        } catch (LinuxException e) {
            fail("write down that it is created", e.getMessage());
        }
    }

    private void fail(String step, String reason) {
        failure = Optional.of(new Report.StepFailed(Stage.RUN, step, reason, StepFailure.RUSTYRUN_FAILED));
        if (init != 0) {
            linux.kill(init, Signal.SIGKILL.number());
        }
        linux.kill(child, Signal.SIGKILL.number());
    }
}
