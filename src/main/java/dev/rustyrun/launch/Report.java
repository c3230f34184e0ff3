package dev.rustyrun.launch;

import dev.rustyrun.plan.Stage;

/** What a stage tells the {@code run} stage. */
sealed interface Report {

    /** What only {@code init} tells. */
    sealed interface OfInit extends Report {}

    /** A step was done; only sent when steps are traced. */
    record StepDone(Stage stage, String step, int micros) implements Report {}

    /**
     * A step failed, and with it the launch.
     *
     * @param reason what went wrong, with errno by name, and what to do about it
     * @param exitCode 127, 126 or 125
     */
    record StepFailed(Stage stage, String step, String reason, int exitCode) implements Report {}

    /** The {@code child} stage has started {@code init}; its process id on the host. */
    record InitStarted(int pid) implements Report {}

    /**
     * PID 1 has ended, with this wait status.
     *
     * @param cpuMicros processor time of PID 1 and of those of its children that it waited for, in microseconds
     */
    record InitEnded(int status, long cpuMicros) implements Report {}

    /** The {@code child} stage is in a new user namespace and waits for its ids to be mapped. */
    record IdsNeeded() implements Report {}

    /** {@code init} waits until network devices have been moved into its namespace. */
    record NetDevicesDue() implements OfInit {}

    /** {@code init} waits for the source of a bind mount that is on a path which it may not go. */
    record SourceDue(String path) implements OfInit {}

    /**
     * {@code init} waits for a mount of the container's whose copy came along to be changed.
     *
     * @param path its source
     */
    record CopyDue(String path, int copy) implements OfInit {}

    /** {@code init} waits until the host's hooks have run. */
    record HooksDue() implements OfInit {}

    /** It needs the container's state for hooks that are still to run. */
    record StateDue() implements OfInit {}

    /** {@code init} waits for the descriptors that its command takes over. */
    record DescriptorsDue() implements OfInit {}

    /** {@code init} has set everything up, and waits for a word to go on without {@code run}. */
    record SetUp() implements OfInit {}

    /** The process with this id goes on as {@code init}, which has ended. */
    record Appeared(int pid) implements OfInit {}

    /** {@code init} needs what it is to wait at for its start, to hand it on. */
    record GateDue() implements OfInit {}

    /** The successor of {@code init} is set up, and {@code child} waits for a word to let it go on alone. */
    record Parting() implements Report {}

    /**
     * The command could not be executed after it had been started; only ever in a file.
     *
     * @param limits the names of those that were set before, each with a NUL between it and the next
     */
    record ExecuteFailed(int errno, String path, String limits) implements Report {}

    /** {@code init} waits for its start, and says no more here. */
    record Waiting() implements OfInit {}

    /** {@code init} waits until the agent that will answer for its system calls can be told of it. */
    record ListenerDue() implements OfInit {}

    /** The filter of system calls is installed; its listener's descriptor came along. */
    record ListenerOpened(int listener) implements OfInit {}

    /** The command's terminal is open; the master side's descriptor came along. */
    record TerminalOpened(int master) implements OfInit {}
}
