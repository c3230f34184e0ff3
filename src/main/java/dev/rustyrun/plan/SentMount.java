package dev.rustyrun.plan;

import dev.rustyrun.spec.IdMapping;
import java.util.List;

/**
 * A copy of a mount of the host's that maps ids, which {@code run} makes and sends to {@code init}, for only the owner of
 * the host's user namespace may; man 2 mount_setattr, "ID-mapped mounts".
 *
 * @param source host path
 * @param recursive whether the mounts below it come along, mapped too
 * @param set {@link dev.rustyrun.linux.MountAttr} bits to set on it
 * @param setBelow bits to set on it and on all below it
 */
public record SentMount(String source, boolean recursive, long set, long setBelow, List<IdMapping> uids,
        List<IdMapping> gids) {

    public SentMount {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }
}
