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
 * The shapes that some of the last launches had in common, and which the next ones probably have too: at most {@link
 * #MAX_WANTED}, each for {@link #KEEP_MILLIS} after its last launch. Safe for use by several threads.
 */
public final class RecentLaunches {

    static final int MAX_WANTED = 4;
    /** Of many launches that have little in common, one that comes again is still found. */
    static final int MAX_KNOWN = 64;

    static final long KEEP_MILLIS = 300_000;

    private final LongSupplier clock;
    /** The last used at the end. */
    private final Map<LaunchShape, Use> recent = new LinkedHashMap<>();

    /**
     * @param likely the last launch, without its command
     * @param again whether there was one before it
     * @param millis when it was
     */
    private record Use(Spec likely, boolean again, long millis) {}

    public RecentLaunches() {
        this(() -> System.nanoTime() / 1_000_000);
    }

    RecentLaunches(LongSupplier clock) {
        this.clock = clock;
    }

    /** {@code launch} was made, and its container has run. */
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

    /** A launch of this shape could not be begun. */
    public synchronized void forget(LaunchShape shape) {
        recent.remove(shape);
    }

    /** A launch of this shape without a command, limited as its last one; empty when it is forgotten. */
    public synchronized Optional<Spec> likely(LaunchShape shape) {
        return Optional.ofNullable(recent.get(shape)).map(Use::likely);
    }

    /**
     * The shapes of which {@code size} launches should wait, each as often as it should: those that have come twice, the last
     * used first. None while no such one is known.
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
