package dev.rustyrun.engine;

import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.spec.LogFrame;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The selected part of a container's log, read without blocking a thread. A reader first calls {@link #begin}, then
 * {@link #isFound} until it is true. Used by one thread at a time.
 */
public final class ContainerLog implements AutoCloseable {

    private final Containers containers;
    private final Watches watches;
    private final ContainerFolder folder;
    private final LogView view;
    private final LogReader reader;
    private final AtomicBoolean gathering = new AtomicBoolean();
    private Optional<ContainerWatch> watch = Optional.empty();

    /** The log of the container in {@code folder}. */
    public ContainerLog(Containers containers, Watches watches, ContainerFolder folder, LogView view) {
        this.containers = containers;
        this.watches = watches;
        this.folder = folder;
        this.view = view;
        this.reader = new LogReader(folder.log());
    }

    /**
     * Begins the search of the selected part, and watches the log if it is followed.
     *
     * @param changed called by any thread when there may be more to read; must not block
     * @param gatherMillis how long to wait before a call, so that small pieces of output can be combined
     */
    public void begin(Runnable changed, int gatherMillis) {
        reader.beginSeek(view.tail().orElse(-1), view.sinceMicros(), view.follow());
        if (view.follow()) {
            Runnable notice = gatherMillis == 0 ? changed : () -> gather(changed, gatherMillis);
            watch = Optional.of(watches.watch(folder, true, notice));
        }
    }

    private void gather(Runnable changed, int millis) {
        if (!gathering.getAndSet(true)) {
            watches.timers().after(millis, () -> {
                gathering.set(false);
                changed.run();
            });
        }
    }

    /** Continues the search for a limited time; returns whether it is finished. */
    public boolean isFound() throws IOException {
        return reader.isFound();
    }

    /** Must be called before the log is read, so that the end of the container is noticed. */
    public void refresh() {
        watch.ifPresent(ContainerWatch::refresh);
    }

    /** Whether everything that this reader can return was written before this call. */
    public boolean isComplete() {
        return !view.follow() || !containers.status(folder).isAlive();
    }

    /** The next piece of output, if one has been written. */
    public Optional<LogFrame> next() throws IOException {
        return reader.next();
    }

    @Override
    public void close() {
        watch.ifPresent(ContainerWatch::close);
        reader.close();
    }
}
