package dev.rustyrun.container.watch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The one thread that waits in poll(2) for all who wait: for the end of processes, for changes of files, for room in pipes.
 * Nobody else sleeps or looks again and again. What it is given to do must not wait. Safe for use by several threads.
 */
public final class PollLoop {

    private static final Logger LOG = Logger.getLogger(PollLoop.class);
    private static final int ROOM = 64;
    private static final int NONE = -1;
    /** Only for what the kernel has refused to watch, because a limit was reached. */
    private static final int LOOK_MILLIS = 1_000;

    /** Something that is waited for until this is closed. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private record Entry(int descriptor, int events, Runnable action) {}

    private final Linux linux;
    /** Identity counts: two may wait for the same. */
    private final Set<Registered> entries = ConcurrentHashMap.newKeySet();

    private Thread thread;
    private volatile Wakeup wakeup;
    private volatile boolean stopped;

    public PollLoop(Linux linux) {
        this.linux = linux;
    }

    private final class Registered implements Registration {

        private final Entry entry;

        Registered(Entry entry) {
            this.entry = entry;
        }

        @Override
        public void close() {
            if (entries.remove(this)) {
                wakeup.wake();
            }
        }
    }

    /** Does {@code action} whenever any of {@code events} is found on {@code descriptor}. */
    public Registration add(int descriptor, int events, Runnable action) {
        start();
        Registered made = new Registered(new Entry(descriptor, events, action));
        entries.add(made);
        wakeup.wake();
        return made;
    }

    /** Does {@code action} once a second. */
    public Registration everySecond(Runnable action) {
        return add(NONE, 0, action);
    }

    /** Does {@code action} when process {@code pid} has ended, and perhaps before; never when it has ended already. */
    public Registration atEnd(int pid, Runnable action) {
        int descriptor;
        try {
            descriptor = linux.processDescriptor(pid);
        } catch (LinuxException e) {
            return everySecond(action);
        }
        boolean[] done = new boolean[1];
        Registration[] registration = new Registration[1];
        // A process that has ended is found again and again: its descriptor goes with the first time.
        Registration close = () -> {
            synchronized (done) {
                if (!done[0]) {
                    done[0] = true;
                    if (registration[0] != null) {
                        registration[0].close();
                    }
                    linux.close(descriptor);
                }
            }
        };
        synchronized (done) {
            registration[0] = add(descriptor, PollSet.POLLIN, () -> {
                close.close();
                action.run();
            });
        }
        return close;
    }

    private synchronized void start() {
        if (thread == null) {
            wakeup = wakeup == null ? new Wakeup(linux) : wakeup;
            Thread made = new Thread(this::run, "poll-loop");
            made.setDaemon(true);
            made.start();
            thread = made;
        }
    }

    public void stop() {
        stopped = true;
        if (wakeup != null) {
            wakeup.wake();
        }
    }

    private void run() {
        PollSet set = new PollSet(ROOM);
        while (!stopped) {
            try {
                waitOnce(set);
            } catch (Throwable e) {
                // Whatever it was, OutOfMemoryError too: without this thread nobody would be woken any more.
                LOG.errorf("waiting has failed and goes on: %s", e.getMessage());
            }
        }
    }

    private void waitOnce(PollSet set) {
        List<Registered> now = new ArrayList<>(entries);
        boolean looks = false;
        set.clear();
        wakeup.addTo(set);
        for (Registered each : now) {
            set.add(each.entry.descriptor, each.entry.events);
            looks |= each.entry.descriptor == NONE;
        }
        boolean found = linux.poll(set, looks ? LOOK_MILLIS : -1);
        if (set.foundAt(0) != 0) {
            wakeup.clear();
        }
        for (int i = 0; i < now.size(); i++) {
            Registered each = now.get(i);
            boolean due = each.entry.descriptor == NONE ? !found : set.foundAt(i + 1) != 0;
            if (due && entries.contains(each)) {
                perform(each);
            }
        }
    }

    private static void perform(Registered each) {
        try {
            each.entry.action.run();
        } catch (RuntimeException | Error e) {
            LOG.warnf("what was waited for cannot be done: %s", e.getMessage());
        }
    }
}
