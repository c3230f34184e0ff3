package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/** Tries again what a broken connection or a busy server has let fail, later each time. */
final class Retries {

    /** What the JDK says of a server that answers without TLS. */
    private static final String PLAIN = "plaintext connection";

    private static final int MAX_ATTEMPTS = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofSeconds(60);

    private final Pause pause;
    private final Progress progress;

    /** What happens between two attempts. */
    interface Pause {

        void sleep(Duration time) throws InterruptedException;
    }

    /** Something that may fail and be tried again. */
    interface Attempt<T> {

        T run() throws IOException;
    }

    /** A server is busy. */
    static final class LaterException extends IOException {

        private static final long serialVersionUID = 1L;

        private final String after;

        LaterException(String message, Optional<String> after) {
            super(message);
            this.after = after.orElse("");
        }

        /** When it wants to be asked again; a date counts as not said. */
        Optional<Duration> after() {
            return after.matches("[0-9]{1,6}")
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(after)))
                    : Optional.empty();
        }
    }

    Retries(Pause pause, Progress progress) {
        this.pause = pause;
        this.progress = progress;
    }

    static Retries sleeping(Progress progress) {
        return new Retries(time -> Thread.sleep(time.toMillis()), progress);
    }

    /**
     * The outcome of the first attempt that does not fail.
     *
     * @param what is tried, for messages
     * @throws InvalidSpecException when none succeeds, or trying again does not help
     */
    <T> T run(String what, Attempt<T> attempt) {
        Duration wait = FIRST;
        for (int number = 1; ; number++) {
            try {
                return attempt.run();
            } catch (IOException e) {
                String why = Printable.line(Failures.of(e));
                if (why.contains(PLAIN)) {
                    throw failure(
                            e,
                            what
                                    + " cannot be fetched: it is a server without TLS; if that is as it should be, use"
                                    + " --plain-http");
                }
                // A name that has never been resolved is probably misspelt.
                if (number == MAX_ATTEMPTS || isFinal(e) || number == 1 && Failures.isUnresolved(e)) {
                    throw failure(e, what + " cannot be fetched: " + why);
                }
                Duration next =
                        e instanceof LaterException later ? later.after().orElse(wait) : wait;
                if (next.compareTo(MAX) > 0) {
                    throw failure(
                            e,
                            what + " cannot be fetched: " + why + "; it may be asked again in " + next.toSeconds()
                                    + " s");
                }
                progress.say(what + ": " + why + "; trying again in " + next.toSeconds() + " s");
                rest(next);
                wait = wait.multipliedBy(2);
            }
        }
    }

    private static ImageException failure(IOException e, String message) {
        return new ImageException(
                StoreFolder.isFull(e) ? ImageException.Kind.FULL : ImageException.Kind.UNAVAILABLE, message);
    }

    private static boolean isFinal(IOException e) {
        return e instanceof SSLHandshakeException
                || e instanceof InterruptedIOException interrupted && !(interrupted instanceof SocketTimeoutException)
                || e instanceof FileSystemException
                || StoreFolder.isFull(e);
    }

    private void rest(Duration time) {
        try {
            pause.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidSpecException("interrupted");
        }
    }
}
