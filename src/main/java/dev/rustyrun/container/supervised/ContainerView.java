package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;

/** The public description of a monitored container, as JSON. */
final class ContainerView {

    private ContainerView() {}

    /**
     * The description of a container with valid files.
     *
     * @throws ContainerException when it no longer exists
     */
    static ObjectNode of(ContainerFolder folder, ContainerStatus status) {
        ObjectNode json = folder.description().orElseThrow(ContainerFolder::gone);
        json.remove("resolved");
        json.remove("store");
        json.put("status", status.word());
        folder.started().ifPresent(started -> json.set("started", started.get("started")));
        folder.result().ifPresent(result -> json.set("result", result));
        return json;
    }

    /**
     * The description of a broken container.
     *
     * @throws ContainerException when it no longer exists
     */
    static ObjectNode ofBroken(ContainerFolder folder, String damage) {
        if (!folder.exists()) {
            throw ContainerFolder.gone();
        }
        ObjectNode json = ContainerFolder.object().put("id", folder.id());
        folder.description().ifPresent(known -> {
            json.put("created", known.path("created").asText());
            json.set("labels", known.path("labels"));
        });
        return json.put("status", ContainerStatus.BROKEN.word()).put("message", damage);
    }
}
