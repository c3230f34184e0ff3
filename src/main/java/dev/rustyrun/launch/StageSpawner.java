package dev.rustyrun.launch;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts stages for a process that has many threads. It does so on one thread of its own that lives as long as the process:
 * the kernel tells {@code child} of its parent's death when the <em>thread</em> that started it ends (man 2 prctl,
 * PR_SET_PDEATHSIG). That thread blocks the signals that stages handle, for they inherit its mask. Safe for use by several
 * threads.
 */
public final class StageSpawner {

    /** The word of a process that watches one container. */
    public static final String MONITOR = "monitor";

    private final Linux linux;
    private final SelfExec self;
    private final Orphans orphans;
    /** How long it is done without a nursery after one has failed; twice as long each time, until one works. */
    private static final long MIN_PAUSE_NANOS = 50_000_000;

    private static final long MAX_PAUSE_NANOS = 5_000_000_000L;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "stage-spawner");
        made.setDaemon(true);
        return made;
    });

    // Of that thread.
    private Optional<Nursery> nursery = Optional.empty();
    private long pauseNanos;
    private long pausedAt;

    /** A spawner whose process becomes the subreaper of all that it starts. */
    public StageSpawner(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
        this.orphans = new Orphans(linux);
        thread.submit(() -> {
            LaunchSignals.block(linux);
            linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
        });
    }

    /**
     * Starts stages that wait for their plan, with pipes as their standard files.
     *
     * @throws LinuxException when the kernel gives no more processes or descriptors
     * @throws InterruptedException when the calling thread was interrupted
     */
    public ServedStages start() throws InterruptedException {
        return onThread(() -> ServedStages.start(linux, self, this::startChild).whenKilled(orphans::expect));
    }

    /** From the nursery where there can be one: that needs a program of one thread, and the right to mount. */
    private int startChild(int[] files) {
        if (SelfExec.isNativeImage() && linux.isRoot() && System.nanoTime() - pausedAt >= pauseNanos) {
            try {
                if (nursery.isEmpty()) {
                    nursery = Optional.of(Nursery.start(linux, self));
                }
                int child = nursery.get().startChild(files);
                pauseNanos = 0;
                return child;
            } catch (LinuxException e) {
                stopNursery();
                pausedAt = System.nanoTime();
                pauseNanos = Math.min(Math.max(2 * pauseNanos, MIN_PAUSE_NANOS), MAX_PAUSE_NANOS);
            }
        }
        return ChildStart.byExec(linux, self).start(files);
    }

    private void stopNursery() {
        nursery.ifPresent(Nursery::stop);
        nursery = Optional.empty();
    }

    /**
     * Starts a process that watches a container of its own and outlives this one; its id. Its standard input and output are
     * the null device.
     *
     * @param folder where it finds what to launch
     * @param errors a descriptor for its error output
     * @throws InterruptedException when the calling thread was interrupted
     */
    public int startMonitor(String folder, int errors) throws InterruptedException {
        return onThread(() -> {
            try (OpenFile nothing = new OpenFile(linux, linux.open("/dev/null", FileFlag.O_RDWR))) {
                int[] theirs = {nothing.descriptor(), nothing.descriptor(), errors};
                return self.start(linux, MONITOR, theirs, folder);
            }
        });
    }

    private <T> T onThread(Callable<T> work) throws InterruptedException {
        try {
            return thread.submit(() -> {
                        // A JVM's sockets survive execve: without this a stage would hold the server's.
                        linux.closeOnExecFrom(StageChannel.DESCRIPTOR);
                        return work.call();
                    })
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Ends the thread, and with it all stages. */
    public void stop() {
        orphans.stop();
        thread.submit(this::stopNursery);
        thread.shutdown();
    }
}
