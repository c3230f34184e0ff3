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
 * One thread that waits in poll(2) for many events: the end of processes, changes of files, room in pipes. So no other
 * thread blocks or polls. The actions must not block. Safe for use by several threads.
 */
public final class PollLoop {

    private static final Logger LOG = Logger.getLogger(PollLoop.class);
    private static final int ROOM = 64;
    private static final int NONE = -1;
    /** The period of actions whose event the kernel refused to watch, because a limit was reached. */
    private static final int LOOK_MILLIS = 1_000;

    /** A registered event; closing it ends the wait. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private record Entry(int descriptor, int events, Runnable action) {}

    private final Linux linux;
    /** Compared by identity, because two registrations may be equal. */
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

    /** Calls {@code action} whenever any of {@code events} occurs on {@code descriptor}. */
    public Registration add(int descriptor, int events, Runnable action) {
        start();
        Registered made = new Registered(new Entry(descriptor, events, action));
        entries.add(made);
        wakeup.wake();
        return made;
    }

    /** Calls {@code action} once a second. */
    public Registration everySecond(Runnable action) {
        return add(NONE, 0, action);
    }

    /**
     * Calls {@code action} once when process {@code pid} has ended. If the process cannot be watched, calls it once a
     * second.
     */
    public Registration atEnd(int pid, Runnable action) {
        int descriptor;
        try {
            descriptor = linux.processDescriptor(pid);
        } catch (LinuxException e) {
            return everySecond(action);
        }
        boolean[] done = new boolean[1];
        Registration[] registration = new Registration[1];
        // The descriptor of an ended process stays readable, so it is closed at the first event.
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
                // Any Throwable is caught, even OutOfMemoryError: if this thread ended, no event would be reported any
                // more.
                LOG.errorf("the poll loop has failed and continues: %s", e.getMessage());
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
            LOG.warnf("an action of the poll loop has failed: %s", e.getMessage());
        }
    }
}
