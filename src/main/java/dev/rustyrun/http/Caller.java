package dev.rustyrun.http;

import dev.rustyrun.container.watch.Wakeup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.stage.CommandIo;

/**
 * A client that waits for the response to a request. When it disconnects, its command is killed, unless the request has
 * an {@code Idempotency-Key}: then the client may ask again. Thread-safe.
 */
final class Caller implements Client {

    private final String name;
    private final DisconnectActions onDisconnect = new DisconnectActions();

    Caller(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    /** Called when the client has disconnected; any thread may call it repeatedly. */
    void disconnected() {
        onDisconnect.disconnected();
    }

    @Override
    public boolean isGone() {
        return onDisconnect.isGone();
    }

    @Override
    public void onDisconnect(Runnable work) {
        onDisconnect.add(work);
    }

    /** Wraps {@code io} for a command that is killed when the client disconnects. */
    CommandIo watching(Linux linux, CommandIo io) {
        return new Watched(linux, io);
    }

    private final class Watched implements CommandIo {

        private final CommandIo io;
        private final Wakeup departure;
        private boolean heard;

        Watched(Linux linux, CommandIo io) {
            this.io = io;
            this.departure = new Wakeup(linux);
            onDisconnect(departure::wake);
        }

        @Override
        public void addTo(PollSet set) {
            io.addTo(set);
            // This also works if the client disconnects at this moment: the wakeup is set then, and poll returns at
            // once.
            if (!heard) {
                departure.addTo(set);
            }
        }

        @Override
        public void relay(PollSet found) {
            heard = isGone();
            io.relay(found);
        }

        @Override
        public boolean isOpen() {
            return io.isOpen();
        }

        @Override
        public boolean isAbandoned() {
            return isGone() || io.isAbandoned();
        }

        @Override
        public void terminal(int master) {
            io.terminal(master);
        }

        @Override
        public void close() {
            io.close();
            departure.close();
        }
    }
}
