package dev.rustyrun.container;

import dev.rustyrun.image.layer.LayerException;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerException.Kind;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The protocol between a {@link StoreProcess} and its starter: frames of four bytes of length and then data, in both
 * directions. Length 0 means the end, and length -1 means that an error message follows. So a truncated stream is never
 * taken for a complete one.
 */
final class StoreStream {

    private static final int PIECE = 64 * 1024;
    private static final int LENGTH = 4;
    private static final int DONE = 0;
    private static final int FAILED = -1;
    private static final int MAX_MESSAGE = 8 * 1024;

    private final Linux linux;

    StoreStream(Linux linux) {
        this.linux = linux;
    }

    /**
     * Sends all of {@code in}, and writes the received data to {@code out}. Returns an empty error message.
     *
     * @throws ContainerException when the process reports a failure
     */
    String exchange(OpenFile input, OpenFile output, InputStream in, OutputStream out) {
        linux.blockPipeSignal();
        try {
            send(input, in);
            receive(output, out);
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(OpenFile input, InputStream in) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
            try {
                linux.writeAll(input.descriptor(), frame(got, piece));
            } catch (LinuxException e) {
                if (e.errno() != Errno.EPIPE) {
                    throw e;
                }
                // The process has ended, and its output says why.
                return;
            }
        }
        try {
            linux.writeAll(input.descriptor(), frame(0, piece));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
        }
    }

    private static byte[] frame(int count, byte[] bytes) {
        return ByteBuffer.allocate(LENGTH + count)
                .putInt(count)
                .put(bytes, 0, count)
                .array();
    }

    private void receive(OpenFile output, OutputStream out) throws IOException {
        DataInputStream frames = new DataInputStream(reading(linux, output.descriptor()));
        byte[] piece = new byte[PIECE];
        int length;
        try {
            length = frames.readInt();
            while (length > 0 && length <= PIECE) {
                frames.readFully(piece, 0, length);
                out.write(piece, 0, length);
                length = frames.readInt();
            }
        } catch (EOFException e) {
            throw new InvalidSpecException("the process that uses the container's files has ended: try again");
        }
        if (length != DONE) {
            throw failure(new String(frames.readNBytes(MAX_MESSAGE), StandardCharsets.UTF_8));
        }
    }

    private static RuntimeException failure(String text) {
        String[] parts = text.split("\n", 3);
        if (parts.length < 3) {
            return new InvalidSpecException("the process that uses the container's files has failed: " + text);
        }
        if (parts[0].isEmpty()) {
            return new InvalidSpecException(parts[2]);
        }
        return parts[1].isEmpty()
                ? new ContainerException(Kind.valueOf(parts[0]), parts[2])
                : ContainerException.invalid(parts[1], parts[2]);
    }

    /** The work of a process, with the received stream and the stream to send. */
    interface Work {
        void perform(InputStream in, OutputStream out) throws IOException;
    }

    /** Runs {@code work} in a store process; returns whether it succeeded. A failure is sent to the starter. */
    static boolean serve(Linux linux, Work work) {
        FramedOutput out = new FramedOutput(linux);
        try {
            work.perform(new FramedInput(new DataInputStream(reading(linux, 0))), out);
            out.flush();
            out.send(DONE, new byte[0]);
            return true;
        } catch (ContainerException e) {
            out.fail(e.kind() + "\n" + e.argument() + "\n" + e.getMessage());
        } catch (UncheckedIOException e) {
            out.fail("\n\n" + e.getCause().getMessage());
        } catch (IOException | InvalidSpecException | LayerException | LinuxException e) {
            out.fail("\n\n" + e.getMessage());
        }
        return false;
    }

    private static InputStream reading(Linux linux, int descriptor) {
        return new BufferedInputStream(
                new InputStream() {
                    @Override
                    public int read() {
                        byte[] one = new byte[1];
                        return linux.read(descriptor, one, 1) == 1 ? one[0] & 0xff : -1;
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int count) {
                        byte[] piece = new byte[Math.min(count, PIECE)];
                        int got = linux.read(descriptor, piece, piece.length);
                        System.arraycopy(piece, 0, bytes, offset, Math.max(got, 0));
                        return got > 0 ? got : -1;
                    }
                },
                PIECE);
    }

    /** The stream that the starter sends: frames, the last of which is empty. */
    private static final class FramedInput extends InputStream {

        private final DataInputStream frames;
        private InputStream piece = new ByteArrayInputStream(new byte[0]);
        private boolean ended;

        FramedInput(DataInputStream frames) {
            this.frames = frames;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (piece.available() == 0 && !ended) {
                next();
            }
            return ended ? -1 : piece.read(bytes, offset, count);
        }

        private void next() throws IOException {
            try {
                int length = frames.readInt();
                if (length < 0 || length > PIECE) {
                    throw new IOException("the stream is damaged");
                }
                ended = length == DONE;
                byte[] bytes = new byte[length];
                frames.readFully(bytes);
                piece = new ByteArrayInputStream(bytes);
            } catch (EOFException e) {
                throw new IOException("the sender has ended too early");
            }
        }
    }

    /** The stream that a store process sends, in frames. */
    private static final class FramedOutput extends OutputStream {

        private final Linux linux;
        private final byte[] piece = new byte[PIECE];
        private int count;

        FramedOutput(Linux linux) {
            this.linux = linux;
        }

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, PIECE - count);
                System.arraycopy(bytes, offset + done, piece, count, part);
                count += part;
                done += part;
                if (count == PIECE) {
                    flush();
                }
            }
        }

        @Override
        public void flush() {
            if (count > 0) {
                send(count, Arrays.copyOf(piece, count));
                count = 0;
            }
        }

        void send(int length, byte[] bytes) {
            linux.writeAll(
                    1,
                    ByteBuffer.allocate(LENGTH + bytes.length)
                            .putInt(length)
                            .put(bytes)
                            .array());
        }

        void fail(String text) {
            String[] parts = text.split("\n", 3);
            String line = parts[0] + "\n" + parts[1] + "\n" + Printable.line(parts[2]);
            try {
                send(FAILED, line.getBytes(StandardCharsets.UTF_8));
            } catch (LinuxException e) {
                // The starter no longer reads.
            }
        }
    }
}
