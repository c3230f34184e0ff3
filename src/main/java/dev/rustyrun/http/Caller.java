package dev.rustyrun.http;

import dev.rustyrun.launch.CommandIo;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/**
 * Who waits for the answer to a request. When he has gone, what runs for him is not wanted any more; unless his request has an
 * {@code Idempotency-Key}: then he may come back for the answer.
 */
final class Caller implements AutoCloseable {

    private final Optional<Bell> bell;
    private volatile boolean gone;

    private Caller(Optional<Bell> bell) {
        this.bell = bell;
    }

    /** The one who gets {@code response}. */
    static Caller of(Linux linux, HttpServerResponse response) {
        Caller caller = new Caller(Optional.of(new Bell(linux)));
        response.closeHandler(nothing -> caller.goes());
        if (response.closed()) {
            caller.goes();
        }
        return caller;
    }

    /** One who may come back. */
    static Caller patient() {
        return new Caller(Optional.empty());
    }

    /** Told by any thread. */
    void goes() {
        gone = true;
        bell.ifPresent(Bell::ring);
    }

    boolean isGone() {
        return gone;
    }

    /** {@code io}, for a command that is killed when the caller has gone. */
    CommandIo watching(CommandIo io) {
        return bell.isPresent() ? new Watched(io, bell.get()) : io;
    }

    @Override
    public void close() {
        bell.ifPresent(Bell::close);
    }

    private final class Watched implements CommandIo {

        private final CommandIo io;
        private final Bell departure;

        Watched(CommandIo io, Bell departure) {
            this.io = io;
            this.departure = departure;
        }

        @Override
        public void addTo(PollSet set) {
            io.addTo(set);
            if (!gone) {
                departure.addTo(set);
            }
        }

        @Override
        public void relay(PollSet found) {
            io.relay(found);
        }

        @Override
        public boolean isOpen() {
            return io.isOpen();
        }

        @Override
        public boolean isAbandoned() {
            return gone;
        }

        @Override
        public void terminal(int master) {
            io.terminal(master);
        }

        @Override
        public void close() {
            io.close();
        }
    }
}
