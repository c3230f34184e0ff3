package dev.rustyrun.container;

import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The shapes of recent launches, from which the shapes of the next launches are predicted: at most {@link #MAX_WANTED},
 * each for {@link #KEEP_MILLIS} after its last launch. Safe for use by several threads.
 */
public final class RecentLaunches {

    static final int MAX_WANTED = 4;
    /** Large enough that a repeated shape is still found among many different ones. */
    static final int MAX_KNOWN = 64;

    static final long KEEP_MILLIS = 300_000;

    private final LongSupplier clock;
    /** Ordered by last use; the most recent is the last. */
    private final Map<LaunchShape, Use> recent = new LinkedHashMap<>();

    /**
     * @param likely the shape with the limits of its last launch
     * @param again whether the shape was launched before that
     * @param millis the time of the last launch
     */
    private record Use(Spec likely, boolean again, long millis) {}

    public RecentLaunches() {
        this(() -> System.nanoTime() / 1_000_000);
    }

    RecentLaunches(LongSupplier clock) {
        this.clock = clock;
    }

    /** Records {@code launch}, whose container has run. */
    public void used(Launch launch) {
        launch.shape().ifPresent(shape -> used(shape, launch.spec().linux().resources()));
    }

    synchronized void used(LaunchShape shape, Resources limits) {
        forgetOld();
        boolean again = recent.remove(shape) != null;
        recent.put(shape, new Use(shape.limitedBy(limits), again, clock.getAsLong()));
        if (recent.size() > MAX_KNOWN) {
            recent.remove(recent.keySet().iterator().next());
        }
    }

    /** Removes a shape, because a warm launch of it failed. */
    public synchronized void forget(LaunchShape shape) {
        recent.remove(shape);
    }

    /** A launch of this shape without a command, with the limits of the last one; empty when the shape is forgotten. */
    public synchronized Optional<Spec> likely(LaunchShape shape) {
        return Optional.ofNullable(recent.get(shape)).map(Use::likely);
    }

    /**
     * The shapes of the {@code size} launches that should wait; a shape may occur several times. Only shapes that were
     * launched at least twice, the last used first.
     */
    public synchronized List<LaunchShape> wanted(int size) {
        forgetOld();
        List<LaunchShape> shapes = new ArrayList<>();
        recent.forEach((shape, use) -> {
            if (use.again()) {
                shapes.add(0, shape);
            }
        });
        int kinds = Math.min(Math.min(shapes.size(), MAX_WANTED), size);
        List<LaunchShape> wanted = new ArrayList<>();
        for (int i = 0; kinds > 0 && i < size; i++) {
            wanted.add(shapes.get(i % kinds));
        }
        return wanted;
    }

    private void forgetOld() {
        long now = clock.getAsLong();
        recent.values().removeIf(use -> now - use.millis() > KEEP_MILLIS);
    }
}
