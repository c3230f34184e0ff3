package dev.rustyrun.plan;

import dev.rustyrun.spec.IdMapping;
import java.util.List;

/**
 * What {@code run} writes for a new user namespace; man 7 user_namespaces.
 *
 * @param uids for {@code uid_map}; empty when there is no new user namespace
 * @param gids for {@code gid_map}
 * @param allowSetgroups whether setgroups(2) stays allowed, which an unprivileged writer must first deny
 */
public record IdMaps(List<IdMapping> uids, List<IdMapping> gids, boolean allowSetgroups) {

    /** No new user namespace. */
    public static final IdMaps NONE = new IdMaps(List.of(), List.of(), true);

    public IdMaps {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }
}
