package dev.rustyrun.container.served;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.ServedStages;
import java.util.Optional;

/** The client sends input and gets output while the command runs. */
public final class AttachedExchange implements Exchange {

    private final AttachedClient client;
    private final boolean tty;
    private final int rows;
    private final int columns;
    private Optional<AttachedIo> io = Optional.empty();

    /** @param tty whether the command gets a terminal, of {@code rows} and {@code columns} */
    public AttachedExchange(AttachedClient client, boolean tty, int rows, int columns) {
        this.client = client;
        this.tty = tty;
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public void connect(Linux linux, ServedStages stages) {
        AttachedIo connected = new AttachedIo(linux, stages.pipes(), client, tty, rows, columns);
        io = Optional.of(connected);
        stages.connectTo(connected);
    }

    /** The number of bytes that the command has written. */
    public long total() {
        return io.map(AttachedIo::total).orElse(0L);
    }
}
