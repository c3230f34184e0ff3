package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import dev.rustyrun.step.CgroupStep;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.MountNamespaceStep;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.PlanCodec;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepFailure;
import dev.rustyrun.step.SuccessionStep;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A stage's end of the socket to {@code run}. The {@code child} and the {@code init} stage share it, one after the
 * other: each reads exactly its own part of the plan from it, and sends reports.
 */
final class StageChannel implements Connection {

    /** The message from {@code run} that lets a waiting stage continue. */
    static final byte[] GO = {'g'};

    private final Linux linux;
    private int descriptor = DESCRIPTOR;
    private boolean isSocket = true;

    StageChannel(Linux linux) {
        this.linux = linux;
    }

    /**
     * A stage's part of the plan.
     *
     * @param traced whether to report each step
     */
    record Part(boolean traced, List<Step> steps) {

        /** The number of descriptors that these steps open for the next stage to inherit. */
        int handedDown() {
            int count = 0;
            for (Step step : steps) {
                count += step instanceof CgroupStep.OpenCgroup open
                        ? open.procsFiles().size()
                        : step instanceof SuccessionStep.AwaitSuccessor
                                        || step instanceof NamespaceStep.OpenNamespace
                                        || step instanceof MountNamespaceStep.OpenRoot
                                ? 1
                                : 0;
            }
            return count;
        }

        /** Whether this is the last part: its last step executes the command. */
        boolean isLast() {
            return !steps.isEmpty() && steps.get(steps.size() - 1) instanceof ExecStep;
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

    /** Reads this stage's part of the plan, or the next part; empty when {@code run} ended without sending one. */
    Optional<Part> takePart() {
        byte[] length = new byte[4];
        if (!readFully(length)) {
            return Optional.empty();
        }
        byte[] part = new byte[ByteBuffer.wrap(length).getInt()];
        if (!readFully(part)) {
            return Optional.empty();
        }
        return Optional.of(new Part(part[0] == 1, PlanCodec.decode(part, 1)));
    }

    @Override
    public boolean awaitGo() {
        return readFully(new byte[GO.length]);
    }

    @Override
    public String awaitText() {
        byte[] length = new byte[4];
        boolean came = readFully(length);
        byte[] text = new byte[came ? ByteBuffer.wrap(length).getInt() : 0];
        if (!came || !readFully(text)) {
            throw new StepFailure("run ended");
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Encodes a string for {@link #awaitText}. */
    static byte[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** Encodes a process id. */
    static byte[] encode(int pid) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(pid).array();
    }

    @Override
    public void redirect(int file) {
        linux.close(descriptor);
        descriptor = file;
        isSocket = false;
    }

    @Override
    public void moveFrom(int least) {
        int moved = linux.duplicateFrom(descriptor, least);
        linux.close(descriptor);
        descriptor = moved;
    }

    @Override
    public void close() {
        linux.close(descriptor);
    }

    @Override
    public int awaitDescriptor() {
        int received = awaitDescriptorIfThere();
        if (received == NO_DESCRIPTOR) {
            throw new StepFailure("run did not send it");
        }
        return received;
    }

    @Override
    public int awaitDescriptorIfThere() {
        Received received = linux.receive(descriptor, new byte[GO.length], GO.length);
        if (received.count() == 0) {
            throw new StepFailure("run ended");
        }
        return received.descriptor() < 0 ? NO_DESCRIPTOR : received.descriptor();
    }

    private boolean readFully(byte[] bytes) {
        int done = read(bytes, bytes.length);
        int got = done;
        while (got > 0 && done < bytes.length) {
            byte[] rest = new byte[bytes.length - done];
            got = read(rest, rest.length);
            System.arraycopy(rest, 0, bytes, done, got);
            done += got;
        }
        return done == bytes.length;
    }

    private int read(byte[] piece, int count) {
        try {
            return linux.read(descriptor, piece, count);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ECONNRESET) {
                // Run ended before it had read every report.
                return 0;
            }
            throw e;
        }
    }

    /** Whether {@code run} has closed its end; while a stage is starting, this happens only when {@code run} dies. */
    boolean isAbandoned() {
        PollSet set = new PollSet(1);
        set.add(descriptor, 0);
        return linux.poll(set, 0) && set.found(descriptor, PollSet.POLLHUP | PollSet.POLLERR);
    }

    @Override
    public void send(Report report) {
        if (!isSocket) {
            linux.writeAll(descriptor, ReportCodec.encode(report));
            return;
        }
        int along = report.along();
        try {
            linux.send(descriptor, ReportCodec.encode(report), along);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
    }
}
