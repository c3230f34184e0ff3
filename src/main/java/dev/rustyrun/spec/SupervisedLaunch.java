package dev.rustyrun.spec;

/**
 * The launch of a detached container, as its monitor performs it.
 *
 * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
 * @param systemdCgroup whether systemd makes its cgroup
 */
public record SupervisedLaunch(Spec spec, long timeoutMillis, boolean systemdCgroup) {}
