package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ConnectedNetwork;
import java.util.List;

/** The shared data of {@code run}'s steps: the kernel, the waiting stage, and the progress of the launch. */
public interface HostContext {

    Linux linux();

    /** The process id of the {@code child} stage. */
    int child();

    /** The process id of the process that acts as {@code init}; 0 before it exists. */
    int init();

    /** The record of this launch. */
    LaunchRecord record();

    /**
     * Lets the waiting stage continue, with a copy of {@code descriptor} unless that is
     * {@link Connection#NO_DESCRIPTOR}.
     */
    void answer(int descriptor);

    /** Lets the waiting stage continue, with a string. */
    void answer(String text);

    /** Makes the container's root, as a user and group of the host, the owner of the command's standard files. */
    void giveStandardFiles(int uid, int gid);

    /** Takes over the master side of the command's terminal. */
    void takeTerminal(int master);

    /**
     * Makes a temporary user namespace with these maps, and returns its descriptor.
     *
     * @throws StepFailure when that fails
     */
    int makeUserNamespace(IdMaps maps);

    /** Whether {@code descriptor} was already open when Rustyrun was started, so that it is meant for the command. */
    boolean wasGiven(int descriptor);

    /** The connection to the seccomp agent; {@link Connection#NO_DESCRIPTOR} when there is none. */
    int agent();

    void setAgent(int socket);

    /**
     * Starts the process that connects the container to {@code hosts}, now or when the container first needs it. It ends with
     * the container.
     *
     * @param listening a socket in the container's network namespace, which this method closes
     */
    void startProxy(List<String> hosts, OpenFile listening);

    /**
     * Starts the process that has the plugins of a CNI network connect the container, and disconnect it when the
     * container has ended. Answers the stage with the pipe on which it reports.
     *
     * @param namespace network namespace of the container
     */
    void startNetwork(ConnectedNetwork network, OpenFile namespace);

    /** Waits for the end of {@code process}, which ends with the container, after the container has ended. */
    void awaitAfterContainer(int process);

    /** Kills {@code child} and waits for its end; {@code init} continues alone. */
    void endChild();

    /**
     * Waits for the imminent end of {@code child}; the successor continues alone.
     *
     * @param waits whether the successor waits for its start
     */
    void awaitChild(boolean waits);

    /** Records that {@code init} waits for its start, and sends no more reports here. */
    void waitsForStart();
}
