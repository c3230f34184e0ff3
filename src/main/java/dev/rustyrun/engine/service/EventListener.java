package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Receives the events of the service's containers. Called by any thread; must not block. */
public interface EventListener {

    /** An event, as the JSON of {@code GET /v1/events}; docs/http.md. */
    void event(ObjectNode event);

    /**
     * A container has tried to reach a host, or its list of allowed hosts has changed; an {@link #event} follows.
     *
     * @param line the report of its proxy; docs/network.md
     */
    void attempted(ObjectNode line);
}
