package dev.rustyrun.step;

import dev.rustyrun.spec.IdMapping;
import java.util.List;

/**
 * A copy of a mount of the host's that {@code run} makes and sends to {@code init}: one that maps ids, which only the owner
 * of the host's user namespace may make (man 2 mount_setattr, "ID-mapped mounts"), or one that mount events go through,
 * which only a copy made in the host's mount namespace can be (man 7 mount_namespaces, "Peer groups").
 *
 * @param source host path
 * @param recursive whether the mounts below it come along
 * @param set {@link dev.rustyrun.linux.MountAttr} bits to set on it
 * @param clear bits to clear on it
 * @param setBelow bits to set on it and on all below it
 * @param clearBelow bits to clear on them
 * @param propagation an MS_ flag perhaps with MS_REC, or 0
 * @param mapping which ids it maps
 * @param mapsBelow whether the mounts below it map them too
 * @param uids how user ids are mapped by a mapping of its own
 * @param gids how group ids are mapped by a mapping of its own
 */
public record SentMount(
        String source,
        boolean recursive,
        long set,
        long clear,
        long setBelow,
        long clearBelow,
        long propagation,
        Mapping mapping,
        boolean mapsBelow,
        List<IdMapping> uids,
        List<IdMapping> gids) {

    /** Which ids a mount maps. */
    public enum Mapping {
        /** None. */
        NONE,
        /** As the container's user namespace does. */
        CONTAINER,
        /** As the mount itself says. */
        OWN
    }

    public SentMount {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /** Whether it maps ids. */
    public boolean mapsIds() {
        return mapping != Mapping.NONE;
    }
}
