package dev.rustyrun.launch;

import dev.rustyrun.linux.LinuxException;

/** What is done on the host at points of a launch. */
public interface LaunchHost {

    /** PID 1 of the container, or the further process in it, has this process id; it is not set up yet. */
    void initStarted(int pid);

    /** This process sets the container up, in which another one will take its place: {@link #initStarted} names that. */
    default void initPrepares(int pid) {
        // Of a further process nobody need know before it is in the container.
    }

    /**
     * Runs the hooks of the host's side.
     *
     * @return what the hooks of the container's side are told
     * @throws HookRunner.HookFailure when one failed, which ends the launch
     */
    HookStates runHooks();

    /** The container's state as JSON, for hooks after it is created. */
    default String createdState() {
        return "";
    }

    /**
     * The process is set up, and will go on without us when this returns.
     *
     * @throws LinuxException when that cannot be written down, which ends the launch
     */
    void setUp();

    /** Told before {@code init} is killed, which ends all that a container's PID 1 has started, but not all of another. */
    default void beforeKill() {
        // Most launches are those of a PID 1.
    }

    /**
     * What a container that waits for its start waits at.
     *
     * @throws LinuxException when it cannot be made, which ends the launch
     */
    Gate gate();

    /**
     * Who answers for the system calls that the container's filter leaves to an agent.
     *
     * @throws IllegalStateException when its filter leaves none
     */
    Agent agent();

    /**
     * The agent of a container.
     *
     * @param socket host path of the unix socket at which it listens
     * @param processState what it is told with the listener's descriptor; runtime-spec config-linux.md, "The Container
     *        Process State"
     */
    record Agent(String socket, String processState) {}

    /**
     * A container's state as JSON, with either status.
     *
     * @param creating for hooks before it is created
     * @param created for hooks after that
     */
    record HookStates(String creating, String created) {}

    /**
     * Descriptors for {@code init}, which are closed when it has them.
     *
     * @param fifo from which it reads a byte to start; open for reading and writing, so that it never is at its end
     * @param reports a file for its reports from then on
     */
    record Gate(int fifo, int reports) {}
}
