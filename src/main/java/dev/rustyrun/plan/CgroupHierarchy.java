package dev.rustyrun.plan;

/**
 * A hierarchy of control groups that is mounted on the host; man 7 cgroups.
 *
 * @param mountPoint where, on the host
 * @param fileSystem {@code cgroup2}, or {@code cgroup} for one of v1
 * @param data what a mount of it in another place is asked for: its controllers such as {@code cpu,cpuacct}, or
 *        {@code none,name=systemd}; empty for v2
 */
public record CgroupHierarchy(String mountPoint, String fileSystem, String data) {

    /** Whether it is v2's. */
    public boolean isUnified() {
        return fileSystem.equals("cgroup2");
    }

    /** The name of its directory, {@code unified} for v2 beside v1. */
    String name() {
        return isUnified() ? "unified" : data.replace("none,name=", "");
    }
}
