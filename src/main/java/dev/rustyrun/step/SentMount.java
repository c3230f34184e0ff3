package dev.rustyrun.step;

import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.spec.IdMapping;
import java.util.List;

/**
 * A copy of a host mount that {@code run} makes and sends to {@code init}. Either it is id-mapped, which requires the
 * owner of the host's user namespace (man 2 mount_setattr, "ID-mapped mounts"), or it exchanges mount events with the
 * host, which requires a copy made in the host's mount namespace (man 7 mount_namespaces, "Peer groups").
 *
 * @param source host path
 * @param recursive whether the mounts below it are included
 * @param set {@link dev.rustyrun.linux.MountAttr} bits to set on it
 * @param clear bits to clear on it
 * @param setBelow bits to set on it and on all mounts below it
 * @param clearBelow bits to clear on the same mounts
 * @param propagation MS_ propagation flag, optionally with MS_REC, or 0
 * @param mapping which id mapping it has
 * @param mapsBelow whether the mounts below it are id-mapped, too
 * @param uids mapping of user ids, for {@link Mapping#OWN}
 * @param gids mapping of group ids, for {@link Mapping#OWN}
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

    /** The id mapping of a mount. */
    public enum Mapping {
        /** No mapping. */
        NONE,
        /** The mapping of the container's user namespace. */
        CONTAINER,
        /** The mount's own mapping. */
        OWN
    }

    public SentMount {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /** Whether the mount exchanges mount events with the host. */
    boolean exchangesEvents() {
        return (propagation & MountFlag.of(MountFlag.MS_SHARED, MountFlag.MS_SLAVE)) != 0;
    }

    /** Whether the mount is id-mapped. */
    public boolean mapsIds() {
        return mapping != Mapping.NONE;
    }
}
