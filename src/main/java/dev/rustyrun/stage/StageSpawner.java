package dev.rustyrun.stage;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.step.LaunchSignals;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;

/**
 * Starts stages for a process that has many threads. One dedicated thread does this, which lives as long as the
 * process: the kernel signals the death of {@code child}'s parent when the <em>thread</em> that started it ends (man 2
 * prctl, PR_SET_PDEATHSIG). That thread blocks the signals that stages handle, because they inherit its mask.
 * Thread-safe.
 */
public final class StageSpawner {

    /** The command of this program that monitors one container. */
    public static final String MONITOR = "monitor";

    private final Linux linux;
    private final SelfExec self;
    private final Orphans orphans;
    /**
     * How long stages are started without a zygote after one has failed; the time doubles with each failure until one
     * works.
     */
    private static final long MIN_PAUSE_NANOS = 50_000_000;

    private static final long MAX_PAUSE_NANOS = 5_000_000_000L;

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "stage-spawner");
        made.setDaemon(true);
        return made;
    });

    // Used only by that thread.
    private boolean prepared;
    private Optional<Zygote> zygote = Optional.empty();
    private Runnable zygoteEnded = () -> {};
    private long pauseNanos;
    private long pausedAt;

    /** Creates a spawner; with its first start, this process becomes the subreaper of all descendants. */
    public StageSpawner(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
        this.orphans = new Orphans(linux, thread);
    }

    private void prepare() {
        if (!prepared) {
            LaunchSignals.block(linux);
            linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
            prepared = true;
        }
    }

    /**
     * Starts stages that wait for their plan, with pipes as their standard files.
     *
     * @throws LinuxException when the kernel allows no more processes or descriptors
     * @throws InterruptedException when the calling thread was interrupted
     */
    public ServedStages start() throws InterruptedException {
        return onThread(this::startStages, ServedStages::abandon);
    }

    private ServedStages startStages() {
        ServedStages stages =
                startByZygote().orElseGet(() -> ServedStages.start(linux, self, ChildStart.byExec(linux, self)));
        return stages.whenEnded(whenEnded(stages.child()));
    }

    /**
     * The action after the stage {@code pid} has been waited for; it gets true if the stage was killed and may have
     * left children.
     */
    private Consumer<Boolean> whenEnded(int pid) {
        Runnable ended = orphans.started(pid);
        return killed -> {
            ended.run();
            if (killed) {
                orphans.expect();
            }
        };
    }

    /**
     * Starts stages by the zygote if possible: that requires a program with one thread, and permission to mount. If the
     * zygote fails, the pipes and the socket are closed: a {@code child} that it has started but not reported would
     * otherwise read the plan of the next launch.
     */
    private Optional<ServedStages> startByZygote() {
        if (!SelfExec.isNativeImage() || !linux.isRoot() || System.nanoTime() - pausedAt < pauseNanos) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServedStages.start(linux, self, this::startChild));
        } catch (LinuxException e) {
            if (zygote.isPresent()) {
                // The zygote works, so the failure has another reason.
                throw e;
            }
            return Optional.empty();
        }
    }

    private int startChild(int[] files) {
        boolean works = false;
        try {
            int child = zygote().startChild(files);
            pauseNanos = 0;
            works = true;
            return child;
        } finally {
            if (!works) {
                pausedAt = System.nanoTime();
                pauseNanos = Math.min(Math.max(2 * pauseNanos, MIN_PAUSE_NANOS), MAX_PAUSE_NANOS);
                // A late answer would be taken for the answer to the next request.
                stopZygote();
            }
        }
    }

    private Zygote zygote() {
        if (zygote.isEmpty()) {
            Zygote made = Zygote.start(linux, self);
            zygote = Optional.of(made);
            zygoteEnded = orphans.started(made.process());
        }
        return zygote.get();
    }

    private void stopZygote() {
        Optional<Zygote> old = zygote;
        zygote = Optional.empty();
        if (old.isPresent()) {
            old.get().stop();
            zygoteEnded.run();
            // The zygote may have started a child without reporting it.
            orphans.expect();
        }
    }

    /**
     * Starts a process that monitors a container of its own and outlives this one. Its standard input and output are
     * the null device.
     *
     * @param folder directory with the description of the launch
     * @param errors descriptor for its error output
     * @throws InterruptedException when the calling thread was interrupted
     */
    public StartedMonitor startMonitor(String folder, int errors) throws InterruptedException {
        return onThread(
                () -> {
                    try (OpenFile nothing = new OpenFile(linux, linux.open("/dev/null", FileFlag.O_RDWR))) {
                        int[] theirs = {nothing.descriptor(), nothing.descriptor(), errors};
                        int pid = self.start(linux, MONITOR, theirs, folder);
                        return new StartedMonitor(pid, whenEnded(pid));
                    }
                },
                unwatched -> unwatched.ended().accept(true));
    }

    /**
     * A started monitor.
     *
     * @param pid process id of the monitor, a child of this process
     * @param ended must be called after the monitor has been waited for, with true if it was killed; a caller that does
     *     not wait for it calls it immediately
     */
    public record StartedMonitor(int pid, Consumer<Boolean> ended) {}

    /** @param undo called with the result if the calling thread no longer waits for it */
    private <T> T onThread(Callable<T> work, Consumer<T> undo) throws InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                prepare();
                // A JVM's sockets survive execve; without this, a stage would hold the server's.
                linux.closeOnExecFrom(StageChannel.DESCRIPTOR);
                T made = work.call();
                if (!result.complete(made)) {
                    undo.accept(made);
                }
            } catch (Throwable e) {
                // A child that was started before the exception may be an orphan.
                orphans.expect();
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get();
        } catch (InterruptedException e) {
            if (!result.cancel(false) && !result.isCompletedExceptionally()) {
                undo.accept(result.join());
            }
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Ends the thread, and thereby all stages. */
    public void stop() {
        thread.execute(this::stopZygote);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.shutdown();
    }
}
