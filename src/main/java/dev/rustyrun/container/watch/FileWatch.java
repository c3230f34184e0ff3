package dev.rustyrun.container.watch;

import dev.rustyrun.linux.FileChanges;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Watches files for changes with one inotify descriptor for all; man 7 inotify. Safe for use by several threads. */
public final class FileWatch {

    private static final int IN_MASK_ADD = 0x20000000;

    private final Linux linux;
    private final PollLoop loop;

    private record Watcher(int mask, Runnable changed) {}

    private final Map<Integer, List<Watcher>> watches = new HashMap<>();
    private int descriptor = -1;

    public FileWatch(Linux linux, PollLoop loop) {
        this.linux = linux;
        this.loop = loop;
    }

    /**
     * Calls {@code changed}, which must not block, after each change of {@code path} of the kinds in {@code mask}. If
     * the kernel refuses another watch, it is called once a second instead.
     */
    public PollLoop.Registration watch(Path path, int mask, Runnable changed) {
        synchronized (this) {
            try {
                start();
                int watch = linux.addWatch(descriptor, path.toString(), mask | IN_MASK_ADD);
                Watcher watcher = new Watcher(mask, changed);
                watches.computeIfAbsent(watch, none -> new ArrayList<>(1)).add(watcher);
                return () -> end(watch, watcher);
            } catch (LinuxException e) {
                // The limit of watches is reached, or the file is missing.
            }
        }
        return loop.everySecond(changed);
    }

    private void start() {
        if (descriptor < 0) {
            int opened = linux.watchFiles();
            FileChanges changes = new FileChanges(linux, opened);
            loop.add(opened, PollSet.POLLIN, () -> changes.read(this::dispatch));
            descriptor = opened;
        }
    }

    private void dispatch(int watch, int mask) {
        List<Watcher> notified = new ArrayList<>();
        synchronized (this) {
            if (watch == FileChanges.ALL) {
                watches.values().forEach(notified::addAll);
            } else {
                notified.addAll(watches.getOrDefault(watch, List.of()));
            }
        }
        for (Watcher each : notified) {
            if (watch == FileChanges.ALL || (each.mask & mask) != 0) {
                each.changed.run();
            }
        }
    }

    private synchronized void end(int watch, Watcher watcher) {
        List<Watcher> left = watches.get(watch);
        if (left != null && left.remove(watcher) && left.isEmpty()) {
            watches.remove(watch);
            linux.removeWatch(descriptor, watch);
        }
    }
}
