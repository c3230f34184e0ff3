package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The owner of a group. The creator marks the directory with an extended attribute, so that a cleanup never removes a
 * group of another store or of an administrator; man 7 xattr.
 */
public final class CgroupOwner {

    /** Only root can set the first attribute; a user to whom a v2 subtree was delegated can set the second. */
    private static final List<String> NAMES = List.of("trusted.rustyrun.store", "user.rustyrun.store");

    private CgroupOwner() {}

    /**
     * Marks the group at {@code path} in one hierarchy; does nothing if the kernel does not support such attributes.
     */
    public static void mark(Linux linux, CgroupLayout layout, CgroupPath path, String owner) {
        for (String name : NAMES) {
            for (CgroupMount mount : mounts(layout)) {
                if (linux.setAttribute(mount.mountPoint() + path.value(), name, owner)) {
                    return;
                }
            }
        }
    }

    /** The hierarchies in which every group is created come first. */
    private static List<CgroupMount> mounts(CgroupLayout layout) {
        List<CgroupMount> mounts = new ArrayList<>();
        V1Cgroup.DEFAULT_CONTROLLERS.forEach(controller -> layout.v1(controller).ifPresent(mounts::add));
        layout.v2().ifPresent(mounts::add);
        return mounts;
    }

    /** The owner of the group at {@code path}, if it is marked. */
    public static Optional<String> of(Linux linux, CgroupLayout layout, CgroupPath path) {
        Optional<String> owner = Optional.empty();
        for (CgroupMount mount : mounts(layout)) {
            owner = owner.or(() -> of(linux, mount.mountPoint() + path.value()));
        }
        return owner;
    }

    private static Optional<String> of(Linux linux, String directory) {
        return linux.attribute(directory, NAMES.get(0)).or(() -> linux.attribute(directory, NAMES.get(1)));
    }
}
