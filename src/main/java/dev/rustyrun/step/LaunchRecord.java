package dev.rustyrun.step;

import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerStatus;
import java.util.Optional;

/** The persistent record of a launch in progress, and the information about it for other processes on the host. */
public interface LaunchRecord {

    /**
     * Called when the process that sets up the container, or the command's own process, has been started.
     *
     * @param pid process id on the host
     * @param successorFollows whether another process will replace it, for which this is called again
     */
    void started(int pid, boolean successorFollows);

    /** The container's id. */
    String id();

    /**
     * Called when the root file system and its mounts are complete, while {@code init} waits in it for the host's
     * hooks. An exception ends the launch.
     */
    default void assembled() {
        // Most launches have nothing to do here.
    }

    /**
     * Called when everything is set up; when this returns, the container continues without the stages.
     *
     * @throws dev.rustyrun.linux.LinuxException when that cannot be recorded, which ends the launch
     */
    void created();

    /** The container's state as JSON, for hooks; runtime-spec runtime.md, "State". */
    String state(ContainerStatus status);

    /**
     * The state of the process whose system calls an agent handles, as JSON; runtime-spec config-linux.md, "The
     * Container Process State".
     *
     * @param metadata the profile's {@code listenerMetadata}
     */
    String processState(String metadata);

    /**
     * Creates the gate on which a created container waits for its start; called only for a plan with such a wait.
     *
     * @throws dev.rustyrun.linux.LinuxException when it cannot be created, which ends the launch
     */
    default Gate gate() {
        throw new IllegalStateException("the plan awaits no start");
    }

    /**
     * The files of the container's proxy, besides its socket, which this process closes once the proxy has started;
     * called only for a plan with a proxy.
     *
     * @throws dev.rustyrun.linux.LinuxException when they cannot be created, which ends the launch
     */
    default ProxyFiles proxyFiles() {
        throw new IllegalStateException("the container has no proxy");
    }

    /**
     * Creates and locks a file for the information that is needed to disconnect the container's network; called only
     * for a plan with a CNI network. The file's name is the name of the connection.
     *
     * @throws dev.rustyrun.linux.LinuxException when it cannot be created, which ends the launch
     */
    default OpenFile networkFile() {
        throw new IllegalStateException("the container has no CNI network");
    }

    /**
     * Called before {@code init} is killed. If it is a container's PID 1, that kills all its descendants; otherwise not
     * all of them.
     */
    default void beforeKill() {
        // In most launches the process is PID 1.
    }

    /**
     * Descriptors for {@code init}, which this process closes after it has sent them.
     *
     * @param fifo FIFO from which {@code init} reads a byte to start; open for reading and writing, so that it never
     *     reaches end of file
     * @param reports file for the reports of {@code init} from then on
     */
    record Gate(int fifo, int reports) {}

    /**
     * Descriptors for the proxy, which this process closes after the proxy has got them.
     *
     * @param control socket on which the proxy receives commands
     * @param attempts file to which the proxy logs connection attempts, unless that is this process's error output
     */
    record ProxyFiles(OpenFile control, Optional<OpenFile> attempts) implements AutoCloseable {
        @Override
        public void close() {
            control.close();
            attempts.ifPresent(OpenFile::close);
        }
    }
}
