package dev.rustyrun.plan;

/**
 * How a container's life depends on the process that creates it.
 *
 * @param detached whether the container continues without that process after the setup
 * @param awaitsStart whether its command waits for {@code rustyrun start}
 * @param descriptors number of descriptors, from 3 on, that the command inherits
 * @param pivots whether the root is changed with pivot_root(2) instead of a moved mount and chroot(2)
 */
public record Lifecycle(boolean detached, boolean awaitsStart, int descriptors, boolean pivots) {

    /** The container ends with the process that runs it. */
    public static final Lifecycle FOREGROUND = new Lifecycle(false, false, 0, true);

    /** The container is created now and started later. */
    public static final Lifecycle CREATED = new Lifecycle(true, true, 0, true);

    /** A copy in which the command inherits {@code count} descriptors. */
    public Lifecycle withDescriptors(int count) {
        return new Lifecycle(detached, awaitsStart, count, pivots);
    }

    /** A copy without pivot_root(2). */
    public Lifecycle withoutPivot() {
        return new Lifecycle(detached, awaitsStart, descriptors, false);
    }
}
