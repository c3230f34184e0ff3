package dev.rustyrun.container.supervised;

import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.FileChanges;
import java.util.Optional;

/**
 * Reports everything that may change the status of a container, and optionally its output: changes in its folder, and
 * the end of its monitor. Safe for use by several threads.
 */
public final class ContainerWatch implements AutoCloseable {

    private static final int STATUS =
            FileChanges.IN_MOVED_TO | FileChanges.IN_CREATE | FileChanges.IN_DELETE | FileChanges.IN_DELETE_SELF;

    private final PollLoop loop;
    private final ContainerFolder folder;
    private final Runnable changed;
    private final PollLoop.Registration inFolder;
    private Optional<PollLoop.Registration> monitor = Optional.empty();
    private boolean closed;

    /** @param changed called after each change; must not block */
    ContainerWatch(FileWatch files, PollLoop loop, ContainerFolder folder, boolean withLog, Runnable changed) {
        this.loop = loop;
        this.folder = folder;
        this.changed = changed;
        this.inFolder = files.watch(folder.path(), STATUS | (withLog ? FileChanges.IN_MODIFY : 0), changed);
    }

    /** Must be called before each check of the container: starts to watch a monitor that was started meanwhile. */
    public synchronized void refresh() {
        if (!closed && monitor.isEmpty()) {
            folder.started()
                    .ifPresent(started -> monitor =
                            Optional.of(loop.atEnd(started.path("monitor").asInt(), changed)));
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            inFolder.close();
            monitor.ifPresent(PollLoop.Registration::close);
        }
    }
}
