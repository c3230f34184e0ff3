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

/** Who wants to know of changes of which file: one inotify descriptor for all. Safe for use by several threads. */
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
     * Does {@code changed}, which must not wait, after each change of {@code path} of the kinds in {@code mask}. When the kernel
     * has no room for one more watch it is done once a second.
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
                // Too many, or it is not there.
            }
        }
        return loop.everySecond(changed);
    }

    private void start() {
        if (descriptor < 0) {
            int opened = linux.watchFiles();
            FileChanges changes = new FileChanges(linux, opened);
            loop.add(opened, PollSet.POLLIN, () -> changes.read(this::tell));
            descriptor = opened;
        }
    }

    private void tell(int watch, int mask) {
        List<Watcher> told = new ArrayList<>();
        synchronized (this) {
            if (watch == FileChanges.ALL) {
                watches.values().forEach(told::addAll);
            } else {
                told.addAll(watches.getOrDefault(watch, List.of()));
            }
        }
        for (Watcher each : told) {
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
