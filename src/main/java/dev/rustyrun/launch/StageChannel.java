package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.plan.PlanCodec;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A stage's end of the socket to {@code run}. The {@code child} and the {@code init} stage share it, one after the
 * other: each takes its own part of the plan from it, exactly, and sends reports into it.
 */
final class StageChannel {

    /** Where a stage finds the socket when it starts. */
    static final int DESCRIPTOR = 3;

    /**
     * The first of the descriptors that {@code child} opens for {@code init} to inherit.
     */
    static final int FIRST_HANDED_DOWN = LaunchPlan.FIRST_HANDED_DOWN;

    static final byte STEP_DONE = 1;
    static final byte STEP_FAILED = 2;
    static final byte INIT_STARTED = 3;
    static final byte TERMINAL_OPENED = 4;
    static final byte IDS_NEEDED = 5;
    static final byte INIT_ENDED = 6;
    static final byte HOOKS_DUE = 7;
    static final byte SET_UP = 8;
    static final byte WAITING = 9;
    static final byte DESCRIPTORS_DUE = 10;
    static final byte APPEARED = 11;
    static final byte LISTENER_DUE = 12;
    static final byte LISTENER_OPENED = 13;
    static final byte NET_DEVICES_DUE = 14;
    static final byte SOURCE_DUE = 15;
    static final byte STATE_DUE = 16;
    static final byte GATE_DUE = 17;
    static final byte PARTING = 18;
    static final byte EXECUTE_FAILED = 19;
    static final byte COPY_DUE = 20;

    /** Stands for a descriptor that is not there. */
    static final int NO_DESCRIPTOR = -1;

    /** What {@code run} sends to a stage that waits: go on. */
    static final byte[] GO = {'g'};
    /** The answer to {@link Report.SourceDue} or {@link Report.CopyDue}, with the descriptor if there is one; mounts may be on their way before it. */
    static final byte[] SOURCE = {'s'};

    private final Linux linux;
    private int descriptor = DESCRIPTOR;
    private boolean isSocket = true;
    private final Deque<Integer> sentBefore = new ArrayDeque<>();

    StageChannel(Linux linux) {
        this.linux = linux;
    }

    /**
     * A stage's part of the plan.
     *
     * @param traced whether to report each step
     */
    record Part(boolean traced, List<Step> steps) {

        /** How many descriptors these steps open for the next stage to inherit. */
        int handedDown() {
            int count = 0;
            for (Step step : steps) {
                count += step instanceof NamespaceStep.OpenCgroup open
                        ? open.procsFiles().size()
                        : step instanceof NamespaceStep.AwaitSuccessor || step instanceof NamespaceStep.OpenNamespace
                                ? 1
                                : 0;
            }
            return count;
        }

        byte[] encode() {
            byte[] plan = PlanCodec.encode(steps);
            return ByteBuffer.allocate(5 + plan.length)
                    .putInt(1 + plan.length)
                    .put((byte) (traced ? 1 : 0))
                    .put(plan)
                    .array();
        }
    }

    /** Takes this stage's part of the plan; nothing when {@code run} ended without sending one. */
    Optional<Part> takePart() {
        byte[] length = new byte[4];
        if (!readFully(length)) {
            return Optional.empty();
        }
        byte[] part = new byte[ByteBuffer.wrap(length).getInt()];
        if (!readFully(part)) {
            return Optional.empty();
        }
        return Optional.of(
                new Part(part[0] == 1, PlanCodec.decode(java.util.Arrays.copyOfRange(part, 1, part.length))));
    }

    /** Waits until {@code run} says to go on; whether it did, and did not end. */
    boolean awaitGo() {
        return readFully(new byte[GO.length]);
    }

    /** Waits for a text from {@code run}. */
    String awaitText() {
        byte[] length = new byte[4];
        boolean came = readFully(length);
        byte[] text = new byte[came ? ByteBuffer.wrap(length).getInt() : 0];
        if (!came || !readFully(text)) {
            throw new StepFailure("run ended");
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** A text as {@link #awaitText} takes it. */
    static byte[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** A process id as it travels. */
    static byte[] encode(int pid) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(pid).array();
    }

    /** Lets reports go into the open file {@code file} from now on; {@code run} sees the end of the socket. */
    void redirect(int file) {
        linux.close(descriptor);
        descriptor = file;
        isSocket = false;
    }

    /** Makes way for a descriptor of the command's. */
    void moveFrom(int least) {
        int moved = linux.duplicateFrom(descriptor, least);
        linux.close(descriptor);
        descriptor = moved;
    }

    /** Closes this end, which tells {@code run} that the command has started. */
    void close() {
        linux.close(descriptor);
    }

    /** Waits for a descriptor that {@code run} sends along with a go. */
    int awaitDescriptor() {
        if (!sentBefore.isEmpty()) {
            return sentBefore.remove();
        }
        int received = awaitDescriptorIfThere();
        if (received == NO_DESCRIPTOR) {
            throw new StepFailure("run did not send it");
        }
        return received;
    }

    /** The same, or {@link #NO_DESCRIPTOR} when the go comes alone. */
    int awaitDescriptorIfThere() {
        Received received = linux.receive(descriptor, new byte[GO.length], GO.length);
        if (received.count() == 0) {
            throw new StepFailure("run ended");
        }
        return received.descriptor() < 0 ? NO_DESCRIPTOR : received.descriptor();
    }

    /** Waits for the answer to {@link Report.SourceDue} or {@link Report.CopyDue}; nothing when {@code run} cannot reach it either. */
    Optional<Integer> awaitSource() {
        byte[] word = new byte[SOURCE.length];
        while (true) {
            Received received = linux.receive(descriptor, word, word.length);
            if (received.count() == 0 || word[0] == SOURCE[0]) {
                return received.descriptor() < 0 ? Optional.empty() : Optional.of(received.descriptor());
            }
            sentBefore.add(received.descriptor());
        }
    }

    private boolean readFully(byte[] bytes) {
        byte[] piece = new byte[bytes.length];
        for (int done = 0; done < bytes.length; ) {
            int got = linux.read(descriptor, piece, bytes.length - done);
            if (got == 0) {
                return false;
            }
            System.arraycopy(piece, 0, bytes, done, got);
            done += got;
        }
        return true;
    }

    /** Whether {@code run} has closed its end, which only its death does while a stage is starting. */
    boolean isAbandoned() {
        PollSet set = new PollSet(1);
        set.add(descriptor, 0);
        return linux.poll(set, 0) && set.found(descriptor, PollSet.POLLHUP | PollSet.POLLERR);
    }

    /** Sends a report; one that can no longer be delivered is dropped, for {@code run} is gone. */
    void send(Report report) {
        if (!isSocket) {
            linux.writeAll(descriptor, encode(report));
            return;
        }
        int along = along(report);
        try {
            linux.send(descriptor, encode(report), along);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
    }

    private static int along(Report report) {
        if (report instanceof Report.TerminalOpened terminal) {
            return terminal.master();
        } else if (report instanceof Report.CopyDue due) {
            return due.copy();
        }
        return report instanceof Report.ListenerOpened opened ? opened.listener() : -1;
    }

    static byte[] encode(Report report) {
        if (report instanceof Report.StepDone done) {
            return frame(STEP_DONE, done.stage().ordinal(), done.micros(), done.step(), "");
        } else if (report instanceof Report.StepFailed failed) {
            return frame(STEP_FAILED, failed.stage().ordinal(), failed.exitCode(), failed.step(), failed.reason());
        } else if (report instanceof Report.InitStarted started) {
            return frame(INIT_STARTED, 0, started.pid(), "", "");
        } else if (report instanceof Report.Appeared appeared) {
            return frame(APPEARED, 0, appeared.pid(), "", "");
        } else if (report instanceof Report.InitEnded ended) {
            return frame(INIT_ENDED, 0, ended.status(), Long.toString(ended.cpuMicros()), "");
        } else if (report instanceof Report.SourceDue source) {
            return frame(SOURCE_DUE, 0, 0, source.path(), "");
        } else if (report instanceof Report.CopyDue due) {
            return frame(COPY_DUE, 0, 0, due.path(), "");
        } else if (report instanceof Report.ExecuteFailed failed) {
            return frame(EXECUTE_FAILED, 0, failed.errno(), failed.path(), failed.limits());
        }
        return frame(typeOf(report), 0, 0, "", "");
    }

    private static byte typeOf(Report report) {
        if (report instanceof Report.IdsNeeded) {
            return IDS_NEEDED;
        } else if (report instanceof Report.StateDue) {
            return STATE_DUE;
        } else if (report instanceof Report.HooksDue) {
            return HOOKS_DUE;
        } else if (report instanceof Report.DescriptorsDue) {
            return DESCRIPTORS_DUE;
        } else if (report instanceof Report.SetUp) {
            return SET_UP;
        } else if (report instanceof Report.NetDevicesDue) {
            return NET_DEVICES_DUE;
        } else if (report instanceof Report.ListenerDue) {
            return LISTENER_DUE;
        } else if (report instanceof Report.ListenerOpened) {
            return LISTENER_OPENED;
        } else if (report instanceof Report.GateDue) {
            return GATE_DUE;
        } else if (report instanceof Report.Parting) {
            return PARTING;
        }
        return report instanceof Report.Waiting ? WAITING : TERMINAL_OPENED;
    }

    private static byte[] frame(byte type, int stage, int number, String first, String second) {
        byte[] one = first.getBytes(StandardCharsets.UTF_8);
        byte[] two = second.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(14 + one.length + two.length)
                .put(type)
                .put((byte) stage)
                .putInt(number)
                .putInt(one.length)
                .putInt(two.length)
                .put(one)
                .put(two)
                .array();
    }

    /** What has arrived is not from a process of ours. */
    static final class BrokenReport extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenReport() {
            super("a report that no stage sends");
        }
    }

    /** Puts the bytes that arrive at {@code run} back together into reports. */
    static final class Decoder {

        private static final int HEADER = 14;
        /** Larger than any argument of a command. */
        private static final int MAX_TEXT = 1 << 26;

        private final java.io.ByteArrayOutputStream pending = new java.io.ByteArrayOutputStream();
        private int descriptor = -1;

        /** Takes {@code count} bytes, and a descriptor unless it is -1; the reports that are now complete. */
        List<Report> take(byte[] bytes, int count, int along) {
            pending.write(bytes, 0, count);
            descriptor = along >= 0 ? along : descriptor;
            ByteBuffer buffer = ByteBuffer.wrap(pending.toByteArray());
            List<Report> reports = new ArrayList<>();
            while (buffer.remaining() >= HEADER) {
                int first = buffer.getInt(buffer.position() + 6);
                int second = buffer.getInt(buffer.position() + 10);
                if (first < 0 || second < 0 || first > MAX_TEXT || second > MAX_TEXT) {
                    throw new BrokenReport();
                }
                int texts = first + second;
                if (buffer.remaining() < HEADER + texts) {
                    break;
                }
                reports.add(decode(buffer));
            }
            pending.reset();
            pending.write(buffer.array(), buffer.position(), buffer.remaining());
            return reports;
        }

        private Report decode(ByteBuffer buffer) {
            byte type = buffer.get();
            int ordinal = buffer.get();
            if (ordinal < 0 || ordinal >= Stage.values().length) {
                throw new BrokenReport();
            }
            Stage stage = Stage.values()[ordinal];
            int number = buffer.getInt();
            byte[] one = new byte[buffer.getInt()];
            byte[] two = new byte[buffer.getInt()];
            buffer.get(one).get(two);
            String first = new String(one, StandardCharsets.UTF_8);
            return switch (type) {
                case STEP_DONE -> new Report.StepDone(stage, first, number);
                case STEP_FAILED ->
                    new Report.StepFailed(stage, first, new String(two, StandardCharsets.UTF_8), number);
                case INIT_STARTED -> new Report.InitStarted(number);
                case INIT_ENDED -> new Report.InitEnded(number, number(first));
                case SOURCE_DUE -> new Report.SourceDue(first);
                case COPY_DUE -> new Report.CopyDue(first, descriptor);
                case STATE_DUE -> new Report.StateDue();
                case HOOKS_DUE -> new Report.HooksDue();
                case DESCRIPTORS_DUE -> new Report.DescriptorsDue();
                case APPEARED -> new Report.Appeared(number);
                case SET_UP -> new Report.SetUp();
                case WAITING -> new Report.Waiting();
                case IDS_NEEDED -> new Report.IdsNeeded();
                case NET_DEVICES_DUE -> new Report.NetDevicesDue();
                case LISTENER_DUE -> new Report.ListenerDue();
                case LISTENER_OPENED -> new Report.ListenerOpened(descriptor);
                case GATE_DUE -> new Report.GateDue();
                case PARTING -> new Report.Parting();
                case EXECUTE_FAILED -> new Report.ExecuteFailed(number, first, new String(two, StandardCharsets.UTF_8));
                case TERMINAL_OPENED -> new Report.TerminalOpened(descriptor);
                default -> throw new BrokenReport();
            };
        }

        private static long number(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new BrokenReport();
            }
        }
    }
}
