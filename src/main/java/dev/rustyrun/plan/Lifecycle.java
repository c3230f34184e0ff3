package dev.rustyrun.plan;

/**
 * How a container's life is tied to the process that makes it.
 *
 * @param detached whether it goes on without that process once it is set up
 * @param awaitsStart whether its command waits for {@code rustyrun start}
 * @param descriptors how many descriptors from 3 on its command takes over
 * @param pivots whether the root is changed with pivot_root(2), and not with a move and chroot(2)
 */
public record Lifecycle(boolean detached, boolean awaitsStart, int descriptors, boolean pivots) {

    /** One that ends with the process that runs it. */
    public static final Lifecycle FOREGROUND = new Lifecycle(false, false, 0, true);

    /** One that is created now and started later. */
    public static final Lifecycle CREATED = new Lifecycle(true, true, 0, true);

    /** The same with {@code count} descriptors taken over. */
    public Lifecycle withDescriptors(int count) {
        return new Lifecycle(detached, awaitsStart, count, pivots);
    }

    /** The same without pivot_root(2). */
    public Lifecycle withoutPivot() {
        return new Lifecycle(detached, awaitsStart, descriptors, false);
    }
}
