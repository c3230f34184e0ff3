package dev.rustyrun.spec;

import java.util.List;
import java.util.Locale;

/**
 * Where in its life a container is, through whichever door it came; runtime-spec runtime.md, "State". A container that is not
 * watched is {@link #STOPPED} in the end. Of one that is watched it is known how it ended: it is {@link #EXITED} or
 * {@link #LOST}.
 */
public enum ContainerStatus {
    /** It is being made from a bundle. */
    CREATING,
    /** It has not been started. */
    CREATED,
    /** It runs; a watched one also while it is being made. */
    RUNNING,
    /** It runs, but is frozen: a word of runc's, which the specification allows. */
    PAUSED,
    /** It has ended. */
    STOPPED,
    /** It has ended, and how is written down. */
    EXITED,
    /** It was started, but what watched it is gone and could not write down how it ended. */
    LOST,
    /** What is kept about it is damaged: nobody knows how far it has come. */
    BROKEN;

    /** What a watched container can be. */
    public static final List<ContainerStatus> OF_WATCHED = List.of(CREATED, RUNNING, PAUSED, EXITED, LOST, BROKEN);

    /** The specification's word, or ours where it has none. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the container has a process; a watched one has none before its start. */
    public boolean hasProcess() {
        return this == CREATED || isAlive();
    }

    /** Whether it has been started and has not ended. */
    public boolean isAlive() {
        return this == RUNNING || this == PAUSED;
    }

    /** Whether it will not run, or not run again. */
    public boolean hasEnded() {
        return this == STOPPED || this == EXITED || this == LOST || this == BROKEN;
    }
}
