package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;

/**
 * Gives a container a user namespace with the ids that this user may map. An ordinary user is root in it, and has more
 * ids if {@code /etc/subuid} grants some; root maps the ids granted to root, and the host's root has no id in it.
 */
public final class GrantedIds {

    private final Linux linux;

    public GrantedIds(Linux linux) {
        this.linux = linux;
    }

    /**
     * Adds the user namespace and its mappings.
     *
     * @throws InvalidSpecException if no ids are granted to root
     */
    public void apply(SpecBuilder spec) {
        SubordinateIds ids = new SubordinateIds(linux);
        spec.unshare(NamespaceType.USER);
        if (linux.isRoot()) {
            List<IdMapping> users = ids.ofRoot("/etc/subuid");
            List<IdMapping> groups = ids.ofRoot("/etc/subgid");
            if (users.isEmpty() || groups.isEmpty()) {
                throw new InvalidSpecException(
                        "--userns new: no ids are granted to root in /etc/subuid and /etc/subgid;"
                                + " add a line root:100000:65536 to both, or name ids with --uidmap 0:100000:65536");
            }
            spec.mappings(users, groups);
            return;
        }
        List<IdMapping> users = ids.users(linux.userId());
        List<IdMapping> groups = ids.groups(linux.userId(), linux.groupId());
        if (users.size() == 1 || groups.size() == 1) {
            // One file grants no ids: then only the user's own ids are mapped, which needs no newuidmap(1).
            users = users.subList(0, 1);
            groups = groups.subList(0, 1);
        }
        spec.mappings(users, groups);
    }
}
