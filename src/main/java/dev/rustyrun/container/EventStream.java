package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.ContainerException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The events of a running container, each a JSON object on one line as {@code runc events} prints them: its resource
 * usage, processes killed for lack of memory, and attempts to reach hosts.
 */
public final class EventStream {

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** The maximum time between two polls; events of a container that is deleted in between are lost. */
    private static final int MAX_BETWEEN_LOOKS_MILLIS = 100;

    private final Linux linux;
    private final ContainerStore store;
    private final String id;
    private final Running running;

    /** @throws ContainerException when the container does not exist, or has no process */
    public EventStream(CommandTools tools, String id) {
        this.linux = tools.linux();
        this.store = tools.store();
        this.id = id;
        this.running = Running.of(store, id);
    }

    /** The resource usage. */
    public String usage() {
        return StatisticsJson.write(id, running.statistics());
    }

    /**
     * Reports the usage at intervals, and all other events, until the container ends.
     *
     * @param output receives each event
     */
    public void follow(int intervalMillis, Consumer<String> output) {
        output.accept(usage());
        long kills = running.oomKills();
        long next = System.nanoTime() + intervalMillis * NANOS_PER_MILLI;
        Optional<AttemptStream> attempts = running.attempts();
        for (boolean ended = false; !ended; ) {
            await(attempts, Math.min(intervalMillis, MAX_BETWEEN_LOOKS_MILLIS));
            // The status is read first: the container may have been killed just before its end.
            ended = !hasProcess();
            boolean toTheEnd = ended;
            attempts.ifPresent(
                    stream -> stream.take(toTheEnd).forEach(line -> output.accept(StatisticsJson.attempt(id, line))));
            long now = running.oomKills();
            if (now > kills) {
                output.accept(StatisticsJson.outOfMemory(id));
                kills = now;
            }
            if (!ended && System.nanoTime() - next >= 0) {
                output.accept(usage());
                next = System.nanoTime() + intervalMillis * NANOS_PER_MILLI;
            }
        }
    }

    private void await(Optional<AttemptStream> attempts, int millis) {
        if (attempts.isPresent()) {
            attempts.get().await(millis);
        } else {
            linux.poll(new PollSet(1), millis);
        }
    }

    private boolean hasProcess() {
        return store.find(id).filter(state -> store.status(state).hasProcess()).isPresent();
    }
}
