package dev.rustyrun.container.supervised;

import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.FileChanges;
import java.util.Optional;

/**
 * Tells of all that may change the status of a container, and of what it writes if that is wanted: changes in its folder, and
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

    /** @param changed must not wait */
    ContainerWatch(FileWatch files, PollLoop loop, ContainerFolder folder, boolean withLog, Runnable changed) {
        this.loop = loop;
        this.folder = folder;
        this.changed = changed;
        this.inFolder = files.watch(folder.path(), STATUS | (withLog ? FileChanges.IN_MODIFY : 0), changed);
    }

    /** To be called before each look at the container: a monitor that has been started since is watched from now on. */
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
