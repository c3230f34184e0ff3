package dev.rustyrun.step;

import dev.rustyrun.spec.IdMapping;
import java.util.List;

/**
 * The id maps that {@code run} writes for a new user namespace, or checks for a joined one; man 7 user_namespaces.
 *
 * @param uids lines of {@code uid_map}; empty when a joined namespace may have any
 * @param gids lines of {@code gid_map}
 * @param allowSetgroups whether setgroups(2) stays allowed, which an unprivileged writer must first deny
 * @param joined whether the user namespace exists already
 */
public record IdMaps(List<IdMapping> uids, List<IdMapping> gids, boolean allowSetgroups, boolean joined) {

    /** The maps of a new user namespace. */
    public IdMaps(List<IdMapping> uids, List<IdMapping> gids, boolean allowSetgroups) {
        this(uids, gids, allowSetgroups, false);
    }

    public IdMaps {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }
}
