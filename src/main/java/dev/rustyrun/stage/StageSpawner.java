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
    /** How long it is done without a zygote after one has failed; twice as long each time, until one works. */
    private static final long MIN_PAUSE_NANOS = 50_000_000;

    private static final long MAX_PAUSE_NANOS = 5_000_000_000L;

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "stage-spawner");
        made.setDaemon(true);
        return made;
    });

    // Of that thread.
    private boolean prepared;
    private Optional<Zygote> zygote = Optional.empty();
    private Runnable zygoteEnded = () -> {};
    private long pauseNanos;
    private long pausedAt;

    /** A spawner whose process becomes the subreaper of all that it starts, with the first of that. */
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
     * @throws LinuxException when the kernel gives no more processes or descriptors
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

    /** What is done when one that was started has been waited for: whether it was killed, and has left what it had started. */
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
     * By the zygote where there can be one: that needs a program of one thread, and the right to mount. When it fails, the
     * pipes and the socket go with it: a {@code child} that it has started and not reported would take the plan of the next.
     */
    private Optional<ServedStages> startByZygote() {
        if (!SelfExec.isNativeImage() || !linux.isRoot() || System.nanoTime() - pausedAt < pauseNanos) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServedStages.start(linux, self, this::startChild));
        } catch (LinuxException e) {
            if (zygote.isPresent()) {
                // It works: something else is short.
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
                // What it still has to say would be taken for the answer to the next request.
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
            // A child that it has started and not told of.
            orphans.expect();
        }
    }

    /**
     * Starts a process that watches a container of its own and outlives this one. Its standard input and output are the null
     * device.
     *
     * @param folder where it finds what to launch
     * @param errors a descriptor for its error output
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
     * A monitor.
     *
     * @param pid its process id, of a child of this process
     * @param ended to be told once it has been waited for: whether it was killed. Or at once, by whoever does not wait for it
     */
    public record StartedMonitor(int pid, Consumer<Boolean> ended) {}

    /** @param undo what is done with a result that comes when the calling thread does not wait for it any more */
    private <T> T onThread(Callable<T> work, Consumer<T> undo) throws InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                prepare();
                // A JVM's sockets survive execve: without this a stage would hold the server's.
                linux.closeOnExecFrom(StageChannel.DESCRIPTOR);
                T made = work.call();
                if (!result.complete(made)) {
                    undo.accept(made);
                }
            } catch (Throwable e) {
                // A child that was started before may be nobody's.
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

    /** Ends the thread, and with it all stages. */
    public void stop() {
        thread.execute(this::stopZygote);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.shutdown();
    }
}
