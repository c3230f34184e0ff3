package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.nio.charset.StandardCharsets;

/**
 * The standard input of a hook: a pipe with the container's state. If the state is longer than the pipe's buffer, the
 * rest is written while the hook runs. Both ends stay open until then, so that no write fails for lack of a reader.
 */
final class HookState implements AutoCloseable {

    private final Linux linux;
    private final byte[] state;
    private final int reading;
    private int writing;
    private int written;

    HookState(Linux linux, String text) {
        this.linux = linux;
        state = text.getBytes(StandardCharsets.UTF_8);
        int[] pipe = linux.pipe();
        reading = pipe[0];
        writing = pipe[1];
        linux.setNonBlocking(writing);
        write();
    }

    /** The end that the hook reads. */
    int reading() {
        return reading;
    }

    /** Also waits for space in the pipe, as long as data is left to write. */
    void addTo(PollSet set) {
        if (writing >= 0) {
            set.add(writing, PollSet.POLLOUT);
        }
    }

    /** Writes more if the wait found space. */
    void continueWriting(PollSet set) {
        if (writing >= 0 && set.found(writing, PollSet.POLLOUT)) {
            write();
        }
    }

    private void write() {
        try {
            while (written < state.length) {
                written += linux.write(writing, state, written, state.length - written);
            }
            closeWriting();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EAGAIN) {
                throw e;
            }
        }
    }

    private void closeWriting() {
        if (writing >= 0) {
            linux.close(writing);
            writing = -1;
        }
    }

    @Override
    public void close() {
        closeWriting();
        linux.close(reading);
    }
}
