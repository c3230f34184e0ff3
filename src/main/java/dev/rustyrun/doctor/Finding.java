package dev.rustyrun.doctor;

/**
 * One line of the doctor's report.
 *
 * @param group what the check belongs to, such as {@code cgroup}
 * @param name what was checked
 * @param level how serious the finding is
 * @param fact what was found
 * @param advice how to fix it; empty when the level is OK
 */
public record Finding(String group, String name, Level level, String fact, String advice) {}
