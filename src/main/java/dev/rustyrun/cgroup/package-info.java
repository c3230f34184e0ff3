/**
 * Control groups: v1, v2 and both at once behind one interface; man 7 cgroups.
 *
 * <p>{@link dev.rustyrun.cgroup.CgroupLayout} finds out what the machine has, {@link dev.rustyrun.cgroup.CgroupPath}
 * where a container's group belongs, and {@link dev.rustyrun.cgroup.Cgroup} makes it, limits it, watches it and removes
 * it. What is written where is compiled by pure functions from {@link dev.rustyrun.spec.Resources} into a list of
 * settings. Failures are {@link dev.rustyrun.cgroup.CgroupException}s, in words.
 */
package dev.rustyrun.cgroup;
