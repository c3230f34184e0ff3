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

/** Retries requests that fail because of a broken connection or a busy server, with increasing pauses. */
final class Retries {

    /** Part of the JDK's message for a server that answers without TLS. */
    private static final String PLAIN = "plaintext connection";

    private static final int MAX_ATTEMPTS = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofSeconds(60);

    private final Pause pause;
    private final Progress progress;

    /** The pause between two attempts. */
    interface Pause {

        void sleep(Duration time) throws InterruptedException;
    }

    /** An operation that can be retried. */
    interface Attempt<T> {

        T run() throws IOException;
    }

    /** The server is busy. */
    static final class LaterException extends IOException {

        private static final long serialVersionUID = 1L;

        private final String after;

        LaterException(String message, Optional<String> after) {
            super(message);
            this.after = after.orElse("");
        }

        /** The delay in the Retry-After header; empty when it is missing or a date. */
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
     * Returns the result of the first successful attempt.
     *
     * @param what names the operation in messages
     * @throws InvalidSpecException when all attempts fail, or a retry cannot succeed
     */
    <T> T run(String what, Attempt<T> attempt) {
        return run(what, " cannot be fetched: ", attempt);
    }

    /**
     * Returns the result of the first successful attempt.
     *
     * @param failed follows {@code what} when all attempts fail
     */
    <T> T run(String what, String failed, Attempt<T> attempt) {
        Duration wait = FIRST;
        for (int number = 1; ; number++) {
            try {
                return attempt.run();
            } catch (IOException e) {
                String why = Printable.line(Failures.of(e));
                if (why.contains(PLAIN)) {
                    throw failure(
                            e, what + failed + "the server does not use TLS; if that is intended, pass --plain-http");
                }
                // If the first attempt cannot resolve the host name, it is probably misspelt.
                if (number == MAX_ATTEMPTS || isFinal(e) || number == 1 && Failures.isUnresolved(e)) {
                    throw failure(e, what + failed + why);
                }
                Duration next =
                        e instanceof LaterException later ? later.after().orElse(wait) : wait;
                if (next.compareTo(MAX) > 0) {
                    throw failure(e, what + failed + why + "; the server allows a retry in " + next.toSeconds() + " s");
                }
                progress.message(what + ": " + why + "; retrying in " + next.toSeconds() + " s");
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
