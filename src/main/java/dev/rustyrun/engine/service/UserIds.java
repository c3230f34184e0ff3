package dev.rustyrun.engine.service;

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
 * The user ids of a service's container, as determined by {@link UserNamespaces}.
 *
 * @param pool the pool from which the container gets its own range; empty for the host's ids
 * @param mappedSources host paths whose mounts are id-mapped: files keep their ids in the container
 */
public record UserIds(Optional<IdPool> pool, Set<String> mappedSources) {

    /** The host's ids. */
    public static final UserIds HOST = new UserIds(Optional.empty(), Set.of());

    public UserIds {
        mappedSources = Set.copyOf(mappedSources);
    }

    /** Whether mounts from {@code source} are id-mapped. */
    public boolean maps(String source) {
        return pool.isPresent() && mappedSources.contains(source);
    }

    /**
     * Checks that a container's range contains all ids of {@code user}.
     *
     * @throws InvalidSpecException if an id is outside the range
     */
    void check(Spec.User user) {
        Stream<Integer> all = Stream.concat(Stream.of(user.uid(), user.gid()), user.additionalGids().stream());
        if (pool.isPresent() && all.anyMatch(id -> Integer.toUnsignedLong(id) >= IdPool.RANGE)) {
            throw new InvalidSpecException("user " + user.uid() + ":" + user.gid() + " has an id above "
                    + (IdPool.RANGE - 1) + ": a container has " + IdPool.RANGE + " ids of its own");
        }
    }

    /** The ids of the container with this description; the host's if the container no longer exists. */
    public static UserIds of(Optional<ObjectNode> description) {
        return description.map(json -> readFrom(json.path("resolved"))).orElse(HOST);
    }

    void writeTo(ObjectNode json) {
        ObjectNode own = json.putObject("userIds");
        pool.ifPresent(from -> own.put("pool", from.toString()));
        mappedSources.forEach(own.putArray("mappedSources")::add);
    }

    /** Reads the output of {@link #writeTo}; the host's ids if there is none. */
    static UserIds readFrom(JsonNode json) {
        JsonNode own = json.path("userIds");
        Set<String> sources = new HashSet<>();
        own.path("mappedSources").forEach(source -> sources.add(source.asText()));
        return new UserIds(Optional.ofNullable(own.get("pool")).map(from -> IdPool.parse(from.asText())), sources);
    }
}
