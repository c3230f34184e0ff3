package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Listener;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Reports and logs what happens to the service's containers. */
@Singleton
final class ContainerEvents implements Listener {

    private final EventListener listener;

    ContainerEvents(EventListener listener) {
        this.listener = listener;
    }

    private static ObjectNode event(String what, String id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("event", what)
                .put("id", id)
                .put("time", Instant.now().toString());
    }

    @Override
    public void changed(String what, String id) {
        listener.event(event(what, id));
    }

    /** Many attempts cannot fill the log: a proxy reports some of them individually, and then only their number. */
    @Override
    public void attempted(ObjectNode line) {
        listener.attempted(line);
        LaunchLog.attempted(line);
        ObjectNode event =
                event(line.path("event").asText(), line.path("container").asText());
        line.remove(List.of("event", "container"));
        event.setAll(line);
        listener.event(event);
    }

    @Override
    public void ended(ContainerFolder folder) {
        LaunchLog.ended(folder);
    }
}
