package dev.rustyrun.spec;

import java.util.List;
import java.util.Locale;

/**
 * The status of a container, however it was launched; runtime-spec runtime.md, "State". A container without a monitor
 * ends as {@link #STOPPED}. For a container with a monitor its result is known: it is {@link #EXITED} or {@link #LOST}.
 */
public enum ContainerStatus {
    /** The container is being created from a bundle. */
    CREATING,
    /** The container has not been started. */
    CREATED,
    /** The container runs; with a monitor, also while it is being created. */
    RUNNING,
    /** The container is frozen: runc's word, which the specification allows. */
    PAUSED,
    /** The container has ended. */
    STOPPED,
    /** The container has ended, and its result is recorded. */
    EXITED,
    /** The container was started, but its monitor died before it could record the result. */
    LOST,
    /** The stored state is damaged, so the real status is unknown. */
    BROKEN;

    /** The possible statuses of a container with a monitor. */
    public static final List<ContainerStatus> OF_WATCHED = List.of(CREATED, RUNNING, PAUSED, EXITED, LOST, BROKEN);

    /** The specification's word, or Rustyrun's own where the specification has none. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the container has a process; a container with a monitor has none before its start. */
    public boolean hasProcess() {
        return this == CREATED || isAlive();
    }

    /** Whether the container has been started and has not ended. */
    public boolean isAlive() {
        return this == RUNNING || this == PAUSED;
    }

    /** Whether the container has ended and cannot be started again. */
    public boolean hasEnded() {
        return this == STOPPED || this == EXITED || this == LOST || this == BROKEN;
    }
}
