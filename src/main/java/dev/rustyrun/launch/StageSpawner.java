package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Prctl;
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

    private final Linux linux;
    private final SelfExec self;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> new Thread(work, "stage-spawner"));

    /** A spawner whose process becomes the subreaper of all that it starts. */
    public StageSpawner(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
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
        try {
            return thread.submit(this::spawn).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private ServedStages spawn() {
        int[] opened = new int[8];
        int count = 0;
        try {
            for (int i = 0; i < 3; i++) {
                System.arraycopy(linux.pipe(), 0, opened, count, 2);
                count += 2;
            }
            System.arraycopy(linux.socketPair(), 0, opened, count, 2);
            count += 2;
            // In the order in which descriptors 0 to 3 are made: none is overwritten before it has been used.
            int[] theirs = {opened[0], opened[3], opened[5], opened[7]};
            int child = self.start(linux, ChildStage.NAME, theirs, Integer.toString(linux.processId()));
            for (int descriptor : theirs) {
                linux.close(descriptor);
            }
            CommandPipes pipes = new CommandPipes(opened[1], opened[2], opened[4]);
            linux.setNonBlocking(pipes.stdin());
            linux.setNonBlocking(pipes.stdout());
            linux.setNonBlocking(pipes.stderr());
            return new ServedStages(linux, self, child, opened[6], pipes);
        } catch (LinuxException e) {
            for (int i = 0; i < count; i++) {
                linux.close(opened[i]);
            }
            throw e;
        }
    }

    /** Ends the thread, and with it all stages. */
    public void stop() {
        thread.shutdown();
    }
}
