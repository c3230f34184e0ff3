package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A page of the list of containers, oldest first.
 *
 * @param filter selects the containers
 * @param limit the maximum number of containers
 * @param after the place to continue from, even if its container no longer exists
 */
record ContainerPage(ContainerFilter filter, int limit, Optional<Place> after) {

    /**
     * A container's position in the list.
     *
     * @param created when the container was created
     * @param id its id; of two containers created at the same time, the smaller id comes first
     */
    record Place(Instant created, String id) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::created).thenComparing(Place::id);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }

        /** The position as a query parameter. */
        String text() {
            return created + "_" + id;
        }
    }

    /**
     * The page for a query.
     *
     * @throws ProblemException when the status is unknown, or {@code after} is not from another page
     */
    static ContainerPage of(String status, List<String> labels, int limit, String after) {
        try {
            ContainerFilter filter = new ContainerFilter(Optional.ofNullable(status), List.copyOf(labels));
            return new ContainerPage(filter.check(ContainerStatus.OF_WATCHED), limit, place(after));
        } catch (InvalidSpecException e) {
            throw Problem.field("/status", e.getMessage()).exception();
        }
    }

    private static Optional<Place> place(String after) {
        if (after.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = after.split("_", -1);
        try {
            if (parts.length == 2) {
                return Optional.of(new Place(Instant.parse(parts[0]), parts[1]));
            }
        } catch (java.time.DateTimeException e) {
            // Reported below.
        }
        throw Problem.field("/after", "after must be the value from the \"next\" link of a page")
                .exception();
    }

    /** The page's containers as {@code caller} may see them, and the link to the next page. */
    ObjectNode view(ServedContainers containers, Identity caller) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        var items = page.putArray("items");
        Optional<Place> last = Optional.empty();
        for (ServedContainer container : containers.all()) {
            Place place = new Place(container.created(), container.id());
            if (after.isPresent() && place.compareTo(after.get()) <= 0) {
                continue;
            }
            ObjectNode view = SecretFields.hide(container.view(), caller);
            if (filter.matches(view)) {
                if (items.size() == limit) {
                    page.put("next", next(last.orElseThrow()));
                    break;
                }
                items.add(view);
                last = Optional.of(place);
            }
        }
        return page;
    }

    private String next(Place last) {
        StringBuilder address = new StringBuilder("/v1/containers?limit=").append(limit);
        filter.status().ifPresent(word -> address.append("&status=").append(encoded(word)));
        filter.labels().forEach(label -> address.append("&label=").append(encoded(label)));
        return address.append("&after=").append(encoded(last.text())).toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
