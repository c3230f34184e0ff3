package dev.rustyrun.container.supervised;

import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Waits for changes of containers without blocking a thread. */
public final class Watches {

    private final PollLoop loop;
    private final FileWatch files;
    private final Steps steps;
    private final Timers timers;

    public Watches(PollLoop loop, FileWatch files, Steps steps, Timers timers) {
        this.loop = loop;
        this.files = files;
        this.steps = steps;
        this.timers = timers;
    }

    /** Calls {@code changed}, which must not block, when the status of a container may have changed. */
    public ContainerWatch watch(ContainerFolder folder, boolean withLog, Runnable changed) {
        return new ContainerWatch(files, loop, folder, withLog, changed);
    }

    /** Calls {@code action}, which must not block, when process {@code pid} has ended; perhaps also before. */
    public PollLoop.Registration atEnd(int pid, Runnable action) {
        return loop.atEnd(pid, action);
    }

    public Steps steps() {
        return steps;
    }

    public Timers timers() {
        return timers;
    }

    public PollLoop loop() {
        return loop;
    }

    /**
     * Calls {@code attempt} now and after each change of {@code folder}'s container, until it returns a value.
     * Completes with that value, or with an empty one after {@code millis} milliseconds.
     */
    public <T> CompletionStage<Optional<T>> until(ContainerFolder folder, long millis, Supplier<Optional<T>> attempt) {
        return until(folder, millis, new CompletableFuture<>(), attempt);
    }

    /**
     * Like {@link #until(ContainerFolder, long, Supplier)}, with an {@code answer} that the caller may complete
     * earlier.
     */
    public <T> CompletableFuture<Optional<T>> until(
            ContainerFolder folder, long millis, CompletableFuture<Optional<T>> answer, Supplier<Optional<T>> attempt) {
        AtomicReference<ContainerWatch> watch = new AtomicReference<>();
        Runnable step = steps.wakeable(() -> {
            if (!answer.isDone() && watch.get() != null) {
                try {
                    watch.get().refresh();
                    attempt.get().ifPresent(got -> answer.complete(Optional.of(got)));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            }
        });
        watch.set(watch(folder, false, step));
        Runnable timer = timers.after(millis, () -> steps.threads().execute(() -> answer.complete(Optional.empty())));
        answer.whenComplete((done, failure) -> {
            timer.run();
            watch.get().close();
        });
        step.run();
        return answer;
    }
}
