package dev.rustyrun.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whose ids a container of the service has, as {@link UserNamespaces} decides.
 *
 * @param pool where a range of its own comes from; empty for the host's
 * @param mappedSources host paths that, when they are mounted, show it the ids of the host as its own
 */
record UserIds(Optional<IdPool> pool, Set<String> mappedSources) {

    /** The host's. */
    static final UserIds HOST = new UserIds(Optional.empty(), Set.of());

    UserIds {
        mappedSources = Set.copyOf(mappedSources);
    }

    /** Whether what is mounted from {@code source} has its ids mapped. */
    boolean maps(String source) {
        return pool.isPresent() && mappedSources.contains(source);
    }

    /**
     * Checks that a container has all ids of {@code user}.
     *
     * @throws InvalidSpecException when it has not
     */
    void check(Spec.User user) {
        Stream<Integer> all = Stream.concat(Stream.of(user.uid(), user.gid()), user.additionalGids().stream());
        if (pool.isPresent() && all.anyMatch(id -> Integer.toUnsignedLong(id) >= IdPool.RANGE)) {
            throw new InvalidSpecException("user " + user.uid() + ":" + user.gid() + " has an id above "
                    + (IdPool.RANGE - 1) + ": a container has " + IdPool.RANGE + " ids of its own");
        }
    }

    /** Those of the container that is described so; the host's when there is none any more. */
    static UserIds of(Optional<ObjectNode> description) {
        return description.map(json -> readFrom(json.path("resolved"))).orElse(HOST);
    }

    void writeTo(ObjectNode json) {
        ObjectNode own = json.putObject("userIds");
        pool.ifPresent(from -> own.put("pool", from.toString()));
        mappedSources.forEach(own.putArray("mappedSources")::add);
    }

    /** What {@link #writeTo} has written; the host's where it has not. */
    static UserIds readFrom(JsonNode json) {
        JsonNode own = json.path("userIds");
        Set<String> sources = new HashSet<>();
        own.path("mappedSources").forEach(source -> sources.add(source.asText()));
        return new UserIds(Optional.ofNullable(own.get("pool")).map(from -> IdPool.parse(from.asText())), sources);
    }
}
