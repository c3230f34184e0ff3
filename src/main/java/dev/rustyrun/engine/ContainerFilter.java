package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which containers are listed: those that match all of it.
 *
 * @param status a word of {@link ContainerStatus}; nothing for any
 * @param labels {@code NAME} or {@code NAME=VALUE}, all of which a container has
 */
public record ContainerFilter(Optional<String> status, List<String> labels) {

    /** All containers. */
    public static final ContainerFilter NONE = new ContainerFilter(Optional.empty(), List.of());

    /**
     * Checks the status.
     *
     * @param known what it can be
     * @throws InvalidSpecException when it is none of these
     */
    public ContainerFilter check(List<ContainerStatus> known) {
        if (status.isPresent() && known.stream().noneMatch(one -> one.word().equals(status.get()))) {
            throw new InvalidSpecException("status must be one of "
                    + known.stream().map(ContainerStatus::word).collect(Collectors.joining(", ")));
        }
        return this;
    }

    /** Whether a container matches, by what an {@link Engine} shows of it. */
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

    /** What a container of this machine can be. */
    static final List<ContainerStatus> STATUSES = Arrays.asList(ContainerStatus.values());
}
