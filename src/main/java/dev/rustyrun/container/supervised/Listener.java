package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Who wants to know what happens to supervised containers. Called by any thread; must not wait. */
public interface Listener {

    /**
     * Something has happened to a container.
     *
     * @param what {@code created}, {@code started}, {@code killed}, {@code exited} or {@code deleted}
     */
    void tell(String what, String id);

    /**
     * A container has tried to reach a host, or may reach others from now on.
     *
     * @param line what its proxy says; docs/network.md
     */
    void attempted(ObjectNode line);

    /** The container has ended, or is about to be deleted: once for each whose monitor was started here. */
    void ended(ContainerFolder folder);
}
