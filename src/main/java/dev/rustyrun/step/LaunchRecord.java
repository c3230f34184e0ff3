package dev.rustyrun.step;

import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerStatus;
import java.util.Optional;

/** What is written down of a launch while it goes on, and what others on the host are told of it. */
public interface LaunchRecord {

    /**
     * The process that sets the container up, or the command's own, has been started.
     *
     * @param pid its id on the host
     * @param successorFollows whether another process will take its place, for which this is called again
     */
    void started(int pid, boolean successorFollows);

    /** The container's id. */
    String id();

    /**
     * The root file system and its mounts are put together, and {@code init} waits in it for the host's hooks. What is thrown
     * ends the launch.
     */
    default void assembled() {
        // Most launches have nothing to do there.
    }

    /**
     * Everything is set up, and goes on without the stages once this returns.
     *
     * @throws dev.rustyrun.linux.LinuxException when that cannot be written down, which ends the launch
     */
    void created();

    /** The container's state as JSON, as hooks get it; runtime-spec runtime.md, "State". */
    String state(ContainerStatus status);

    /**
     * The state of the process whose system calls go to an agent, as JSON; runtime-spec config-linux.md, "The Container Process
     * State".
     *
     * @param metadata what the profile says to the agent
     */
    String processState(String metadata);

    /**
     * Makes what a created container waits at for its start; used only by a plan that awaits one.
     *
     * @throws dev.rustyrun.linux.LinuxException when it cannot be made, which ends the launch
     */
    default Gate gate() {
        throw new IllegalStateException("the plan awaits no start");
    }

    /**
     * What the container's proxy has besides its socket, for the moment in which it is started; used only by a plan that has one.
     *
     * @throws dev.rustyrun.linux.LinuxException when it cannot be made, which ends the launch
     */
    default ProxyFiles proxyFiles() {
        throw new IllegalStateException("the container has no proxy");
    }

    /**
     * A new file, locked, for what has to be undone when the container's network ends; used only by a plan that has a CNI network.
     * Its name is that of the connection.
     *
     * @throws dev.rustyrun.linux.LinuxException when it cannot be made, which ends the launch
     */
    default OpenFile networkFile() {
        throw new IllegalStateException("the container has no CNI network");
    }

    /** Called before {@code init} is killed, which ends all that a container's PID 1 has started, but not all of another. */
    default void beforeKill() {
        // Most launches are those of a PID 1.
    }

    /**
     * Descriptors for {@code init}, which are closed here when it has them.
     *
     * @param fifo from which it reads a byte to start; open for reading and writing, so that it never is at its end
     * @param reports a file for its reports from then on
     */
    record Gate(int fifo, int reports) {}

    /**
     * Descriptors for the proxy, which are closed here when it has them.
     *
     * @param control a socket at which it takes orders
     * @param attempts where it tells of attempts, if that is not this process's error output
     */
    record ProxyFiles(OpenFile control, Optional<OpenFile> attempts) implements AutoCloseable {
        @Override
        public void close() {
            control.close();
            attempts.ifPresent(OpenFile::close);
        }
    }
}
