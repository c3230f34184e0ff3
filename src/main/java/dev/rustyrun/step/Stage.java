package dev.rustyrun.step;

/** The processes that perform the steps of a launch, in the order in which they start. */
public enum Stage {
    /** On the host: prepares, starts the next stage, waits. */
    RUN,
    /** Leaves the host's namespaces; still in its PID namespace. */
    CHILD,
    /** PID 1 of the container; becomes the command. */
    INIT;

    /** The name on the command line and in messages. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
