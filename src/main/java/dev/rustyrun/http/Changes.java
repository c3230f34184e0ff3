package dev.rustyrun.http;

import dev.rustyrun.linux.FileChanges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Waits, in the calling thread, for changes of a container that is being made. */
final class Changes implements AutoCloseable {

    private static final int NEW_NAME = FileChanges.IN_CREATE | FileChanges.IN_MOVED_TO;

    private final FileWatch files;
    private final ContainerWatch container;
    private final Path state;
    private final PollLoop.Registration store;
    private Optional<PollLoop.Registration> inState = Optional.empty();
    private boolean changed;

    /** @param state the folder that the runtime keeps the container's state in, once there is one */
    Changes(FileWatch files, PollLoop loop, ContainerFolder folder, Path state) {
        this.files = files;
        this.state = state;
        this.container = new ContainerWatch(files, loop, folder, false, this::tell);
        this.store = files.watch(state.getParent(), NEW_NAME, this::tell);
    }

    private synchronized void tell() {
        changed = true;
        notifyAll();
    }

    /** To be called before each look at the container: what changes after that ends the next wait. */
    void refresh() {
        container.refresh();
        if (inState.isEmpty() && Files.isDirectory(state)) {
            inState = Optional.of(files.watch(state, NEW_NAME, this::tell));
        }
        synchronized (this) {
            changed = false;
        }
    }

    /** Waits for a change; whether one came within that time. */
    synchronized boolean await(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!changed) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    @Override
    public void close() {
        container.close();
        store.close();
        inState.ifPresent(PollLoop.Registration::close);
    }
}
