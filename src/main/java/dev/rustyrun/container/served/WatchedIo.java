package dev.rustyrun.container.served;

import dev.rustyrun.container.watch.Wakeup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.stage.CommandIo;

/** Input and output of a command that is killed when its client disconnects. */
final class WatchedIo implements CommandIo {

    private final Client client;
    private final CommandIo io;
    private final Wakeup departure;
    private boolean heard;

    /** @param io transfers the data; this object closes it */
    WatchedIo(Linux linux, Client client, CommandIo io) {
        this.client = client;
        this.io = io;
        this.departure = new Wakeup(linux);
        client.onDisconnect(departure::wake);
    }

    @Override
    public void addTo(PollSet set) {
        io.addTo(set);
        // This also works if the client disconnects at this moment: the wakeup is set then, and poll returns at once.
        if (!heard) {
            departure.addTo(set);
        }
    }

    @Override
    public void relay(PollSet found) {
        heard = client.isGone();
        io.relay(found);
    }

    @Override
    public boolean isOpen() {
        return io.isOpen();
    }

    @Override
    public boolean isAbandoned() {
        return client.isGone() || io.isAbandoned();
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
