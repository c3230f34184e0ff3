package dev.rustyrun.cgroup;

import java.util.List;

/**
 * A mounted hierarchy of control groups.
 *
 * @param id mount id
 * @param parent id of the parent mount
 * @param mountPoint path of the mount point
 * @param root the group that is visible there; {@code /} unless a container sees only its own part, and with {@code ..}
 *     when it is outside of this process's cgroup namespace
 * @param readOnly whether the mount or its file system is read-only
 * @param unified whether it is cgroup v2
 * @param controllers controllers of v1; empty for a named hierarchy and for v2, which lists its controllers in a file
 */
record CgroupMount(
        int id,
        int parent,
        String mountPoint,
        String root,
        boolean readOnly,
        boolean unified,
        List<String> controllers) {

    CgroupMount {
        controllers = List.copyOf(controllers);
    }
}
