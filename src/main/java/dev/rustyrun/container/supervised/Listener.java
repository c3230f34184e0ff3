package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Receives the events of monitored containers. Called by any thread; must not block. */
public interface Listener {

    /**
     * An event of a container.
     *
     * @param what {@code created}, {@code started}, {@code killed}, {@code exited} or {@code deleted}
     */
    void changed(String what, String id);

    /**
     * A container has tried to reach a host, or its list of allowed hosts has changed.
     *
     * @param line the report of its proxy; see docs/network.md
     */
    void attempted(ObjectNode line);

    /**
     * A container has ended, or is about to be deleted. Called once for each container whose monitor this process has
     * started.
     */
    void ended(ContainerFolder folder);
}
