package dev.rustyrun.doctor;

/**
 * One line of the doctor's report.
 *
 * @param group what it belongs to, such as {@code cgroup}
 * @param name the thing that was looked at
 * @param level how bad it is
 * @param fact what is so
 * @param advice what to do about it; empty when the level is OK
 */
public record Finding(String group, String name, Level level, String fact, String advice) {}
