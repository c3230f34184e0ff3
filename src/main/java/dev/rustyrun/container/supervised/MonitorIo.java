package dev.rustyrun.container.supervised;

import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.LogFrame;
import dev.rustyrun.stage.CommandIo;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.stage.Transfer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a container's output to its log, and passes input from a FIFO to the container, from any writer. So clients
 * can attach, detach and attach again. A second FIFO takes the orders {@code eof}, {@code resize ROWS COLUMNS} and
 * {@link #DROP}, one per line.
 */
public final class MonitorIo implements CommandIo {

    /** The order to remove output that is still being read. */
    public static final String DROP = "drop";

    private static final byte[] TERMINAL_END = {4};

    private final Linux linux;
    private final LogWriter log;
    private final int inputFifo;
    private final int control;
    private final int readers;
    private final byte[] buffer = new byte[16 * 1024];
    private int stdin;
    private int stdout;
    private int stderr;
    private int master = -1;
    private byte[] pending = {};
    /** Output that does not fit into the log until a reader has read more, and its stream. */
    private byte[] held = {};

    private byte heldStream;
    private boolean ending;
    private String orders = "";
    /** The size of the terminal, also before it is opened. */
    private WindowSize size;

    private boolean closed;

    /**
     * @param inputFifo the FIFO with the input
     * @param control the FIFO with the orders
     * @param readers the FIFO with progress reports of log readers
     * @param openStdin whether the command's input stays open until it is closed explicitly
     * @param size the initial size of the terminal, if the container has one
     */
    MonitorIo(
            Linux linux,
            CommandPipes pipes,
            LogWriter log,
            int inputFifo,
            int control,
            int readers,
            boolean openStdin,
            WindowSize size) {
        this.linux = linux;
        this.log = log;
        this.inputFifo = inputFifo;
        this.control = control;
        this.readers = readers;
        this.size = size;
        this.stdin = pipes.stdin();
        this.stdout = pipes.stdout();
        this.stderr = pipes.stderr();
        if (!openStdin) {
            stdin = close(stdin);
        }
    }

    @Override
    public void addTo(PollSet set) {
        int sink = sink();
        if (sink >= 0 && pending.length == 0) {
            set.add(inputFifo, PollSet.POLLIN);
        }
        set.add(control, PollSet.POLLIN);
        if (isHeld()) {
            // Output is not read, so the command blocks when its pipe is full.
            set.add(readers, PollSet.POLLIN);
            if (master < 0 && stdin >= 0 && pending.length > 0) {
                set.add(stdin, PollSet.POLLOUT);
            }
            return;
        }
        if (master >= 0) {
            set.add(master, PollSet.POLLIN | (pending.length > 0 ? PollSet.POLLOUT : 0));
        } else if (stdin >= 0 && pending.length > 0) {
            set.add(stdin, PollSet.POLLOUT);
        }
        if (stdout >= 0) {
            set.add(stdout, PollSet.POLLIN);
        }
        if (stderr >= 0) {
            set.add(stderr, PollSet.POLLIN);
        }
    }

    private int sink() {
        return master >= 0 ? master : stdin;
    }

    @Override
    public void relay(PollSet found) {
        if (found.found(control, PollSet.POLLIN)) {
            readOrders();
        }
        if (pending.length == 0 && sink() >= 0 && found.found(inputFifo, PollSet.POLLIN)) {
            refill();
        }
        feed();
        if (isHeld()) {
            if (found.found(readers, PollSet.POLLIN | PollSet.POLLHUP)) {
                Transfer.read(linux, readers, buffer);
                keep(heldStream, held, held.length);
            }
            return;
        }
        if (found.found(stdout, PollSet.POLLIN | PollSet.POLLHUP)) {
            stdout = read(stdout, LogFrame.STDOUT);
        }
        if (found.found(stderr, PollSet.POLLIN | PollSet.POLLHUP)) {
            stderr = read(stderr, LogFrame.STDERR);
        }
        if (master >= 0 && found.found(master, PollSet.POLLIN | PollSet.POLLHUP)) {
            master = read(master, LogFrame.STDOUT);
        }
    }

    /** Reads available input; returns whether there was any. */
    private boolean refill() {
        int got = Transfer.read(linux, inputFifo, buffer);
        pending = Arrays.copyOf(buffer, Math.max(got, 0));
        return got > 0;
    }

    /** Passes input to the container. An ordered end of file comes after all input that was sent before it. */
    private void feed() {
        if (pending.length > 0 && sink() >= 0) {
            int taken = Transfer.write(linux, sink(), pending, 0, pending.length);
            if (taken == 0) {
                pending = new byte[0];
                stdin = close(stdin);
            } else if (taken > 0) {
                pending = Arrays.copyOfRange(pending, taken, pending.length);
            }
        }
        if (ending && pending.length == 0 && !refill()) {
            ending = false;
            if (master >= 0) {
                pending = TERMINAL_END;
            } else {
                stdin = close(stdin);
            }
        }
    }

    private int read(int descriptor, byte stream) {
        int got = Transfer.read(linux, descriptor, buffer);
        if (got > 0) {
            keep(stream, buffer, got);
        }
        return got == 0 ? close(descriptor) : descriptor;
    }

    private void keep(byte stream, byte[] bytes, int count) {
        int written = log.write(stream, bytes, 0, count);
        held = Arrays.copyOfRange(bytes, written, count);
        heldStream = stream;
    }

    @Override
    public boolean isHeld() {
        return held.length > 0;
    }

    private void readOrders() {
        int got = Transfer.read(linux, control, buffer);
        orders += new String(buffer, 0, Math.max(got, 0), StandardCharsets.UTF_8);
        for (int end = orders.indexOf('\n'); end >= 0; end = orders.indexOf('\n')) {
            String line = orders.substring(0, end);
            orders = orders.substring(end + 1);
            if (line.equals("eof")) {
                ending = true;
            } else if (line.equals(DROP)) {
                log.ignoreReaders();
                keep(heldStream, held, held.length);
            } else if (line.matches("resize [0-9]{1,4} [0-9]{1,4}")) {
                String[] numbers = line.split(" ");
                size = new WindowSize(Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
                if (master >= 0) {
                    linux.setWindowSize(master, size);
                }
            }
        }
    }

    @Override
    public boolean isOpen() {
        return stdout >= 0 || stderr >= 0 || master >= 0 || isHeld();
    }

    @Override
    public void terminal(int opened) {
        linux.setNonBlocking(opened);
        linux.setWindowSize(opened, size);
        master = opened;
        stdin = close(stdin);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        stdin = close(stdin);
        stdout = close(stdout);
        stderr = close(stderr);
        master = close(master);
        linux.close(inputFifo);
        linux.close(control);
        linux.close(readers);
        log.close();
    }

    private int close(int descriptor) {
        if (descriptor >= 0) {
            linux.close(descriptor);
        }
        return -1;
    }
}
