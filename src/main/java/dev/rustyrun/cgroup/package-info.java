/**
 * Control groups: v1, v2 and hybrid layouts behind one interface; man 7 cgroups.
 *
 * <p>{@link dev.rustyrun.cgroup.CgroupLayout} detects the machine's layout, {@link dev.rustyrun.cgroup.CgroupPath} is
 * the path of a container's group, and {@link dev.rustyrun.cgroup.Cgroup} creates, limits, watches and removes it. Pure
 * functions compile {@link dev.rustyrun.spec.Resources} to a list of files and values. Failures are
 * {@link dev.rustyrun.cgroup.CgroupException}s with one-line messages.
 */
package dev.rustyrun.cgroup;
