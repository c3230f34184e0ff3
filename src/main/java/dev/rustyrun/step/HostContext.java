package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ConnectedNetwork;
import java.util.List;

/** What the steps of {@code run} share: the kernel, the stage that waits, and how far the launch has come. */
public interface HostContext {

    Linux linux();

    /** The {@code child} stage's process id. */
    int child();

    /** The process that acts as {@code init}; 0 before there is one. */
    int init();

    /** What is written down of this launch. */
    LaunchRecord record();

    /** Lets the stage that waits go on, with a copy of {@code descriptor} unless that is {@link Connection#NO_DESCRIPTOR}. */
    void answer(int descriptor);

    /** Lets the stage that waits go on, with a text. */
    void answer(String text);

    /** Gives the command's standard files to the user and group that are the container's root on the host. */
    void giveStandardFiles(int uid, int gid);

    /** Takes over the master side of the command's terminal. */
    void takeTerminal(int master);

    /**
     * A descriptor of a user namespace with these maps, made for this moment.
     *
     * @throws StepFailure when it cannot be made
     */
    int makeUserNamespace(IdMaps maps);

    /** Whether {@code descriptor} was open when Rustyrun was started, for the command. */
    boolean wasGiven(int descriptor);

    /** The connection to the agent of the filter; {@link Connection#NO_DESCRIPTOR} when there is none. */
    int agent();

    void setAgent(int socket);

    /**
     * Starts the process that connects the container to {@code hosts}, now or when the container first needs it; it ends with
     * the container.
     *
     * @param listening a socket inside the container's network, which this closes
     */
    void startProxy(List<String> hosts, OpenFile listening);

    /**
     * Starts the process that has the plugins of a CNI network connect the container, and disconnect it when it has ended; answers
     * with the pipe on which it reports.
     *
     * @param namespace the container's network
     */
    void startNetwork(ConnectedNetwork network, OpenFile namespace);

    /** Has the end of {@code process}, which ends with the container, waited for when the container has ended. */
    void awaitAfterContainer(int process);

    /** Ends {@code child}, and waits for its end: {@code init} goes on alone. */
    void endChild();

    /**
     * Waits for the end of {@code child}, which is near: the process that it has let go goes on alone.
     *
     * @param waits whether that process waits for its start
     */
    void awaitChild(boolean waits);

    /** {@code init} waits for its start, and reports no more here. */
    void waitsForStart();
}
