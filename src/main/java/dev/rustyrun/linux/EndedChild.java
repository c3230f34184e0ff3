package dev.rustyrun.linux;

/**
 * A child that has been waited for.
 *
 * @param status how it ended
 * @param cpuMicros processor time in microseconds, its own and that of the children that it waited for
 */
public record EndedChild(ChildStatus status, long cpuMicros) {}
