package dev.rustyrun.container.supervised;

/** Who wants to know what happens to supervised containers. Called by any thread; must not wait. */
public interface Listener {

    /**
     * Something has happened to a container.
     *
     * @param what {@code created}, {@code started}, {@code killed}, {@code exited} or {@code deleted}
     */
    void tell(String what, String id);

    /** The container has ended, or is about to be deleted: once for each whose monitor was started here. */
    void ended(ContainerFolder folder);
}
