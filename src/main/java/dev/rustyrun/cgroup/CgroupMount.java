package dev.rustyrun.cgroup;

import java.util.List;

/**
 * A mounted hierarchy of control groups.
 *
 * @param id of the mount
 * @param parent id of the mount that it lies on
 * @param mountPoint where
 * @param root which group is seen there; {@code /} unless a container shows only its own part, and with {@code ..} when
 *        it is outside our cgroup namespace
 * @param readOnly whether nothing can be changed through it
 * @param unified whether it is cgroup v2
 * @param controllers of v1; empty for a named hierarchy and for v2, whose controllers a file lists
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
