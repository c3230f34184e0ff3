package dev.rustyrun.plan;

/**
 * A hierarchy of control groups that is mounted on the host; man 7 cgroups.
 *
 * @param mountPoint host path of its mount
 * @param fileSystem {@code cgroup2}, or {@code cgroup} for v1
 * @param data mount data that selects this hierarchy: its controllers such as {@code cpu,cpuacct}, or
 *     {@code none,name=systemd}; empty for v2
 */
public record CgroupHierarchy(String mountPoint, String fileSystem, String data) {

    /** Whether it is the cgroup v2 hierarchy. */
    public boolean isUnified() {
        return fileSystem.equals("cgroup2");
    }

    /** The name of its directory in the container; {@code unified} for v2 beside v1. */
    String name() {
        return isUnified() ? "unified" : data.replace("none,name=", "");
    }
}
