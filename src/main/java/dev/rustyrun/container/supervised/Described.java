package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * A container and its request, read once.
 *
 * @param description the request; empty when it is missing or damaged
 */
record Described(ContainerFolder folder, Optional<ObjectNode> description) {

    /** When the container was made; {@link Instant#EPOCH} when unknown. */
    Instant created() {
        try {
            return description
                    .map(json -> Instant.parse(json.path("created").asText()))
                    .orElse(Instant.EPOCH);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
