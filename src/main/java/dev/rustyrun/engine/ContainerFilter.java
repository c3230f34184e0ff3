package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Selects the containers to list: those that match all conditions.
 *
 * @param status a word of {@link ContainerStatus}; empty for any status
 * @param labels {@code NAME} or {@code NAME=VALUE}; a container must have all of them
 */
public record ContainerFilter(Optional<String> status, List<String> labels) {

    /** Matches all containers. */
    public static final ContainerFilter NONE = new ContainerFilter(Optional.empty(), List.of());

    /**
     * Checks that the status is known.
     *
     * @param known the valid statuses
     * @throws InvalidSpecException when the status is not one of them
     */
    public ContainerFilter check(List<ContainerStatus> known) {
        if (status.isPresent() && known.stream().noneMatch(one -> one.word().equals(status.get()))) {
            throw new InvalidSpecException("status must be one of "
                    + known.stream().map(ContainerStatus::word).collect(Collectors.joining(", ")));
        }
        return this;
    }

    /** Whether the JSON of a container, as an {@link Engine} returns it, matches. */
    public boolean matches(JsonNode container) {
        return status.map(container.path("status").asText()::equals).orElse(true)
                && labels.stream()
                        .allMatch(label -> hasLabel(container.path("labels"), label)
                                || hasLabel(container.path("annotations"), label));
    }

    private static boolean hasLabel(JsonNode values, String label) {
        String[] pair = label.split("=", 2);
        JsonNode value = values.path(pair[0]);
        return pair.length == 1
                ? !value.isMissingNode()
                : value.isTextual() && value.asText().equals(pair[1]);
    }

    /** The statuses of local containers. */
    static final List<ContainerStatus> STATUSES = Arrays.asList(ContainerStatus.values());
}
