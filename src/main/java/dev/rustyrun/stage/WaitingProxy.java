package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.LaunchRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's egress proxy before its process starts: the descriptors and the command line of the process. Like a
 * socket-activated service of systemd, the process is started at the first connection or policy update. Until then,
 * connections wait in the kernel. A container that never uses the network needs no proxy process.
 */
final class WaitingProxy implements AutoCloseable {

    /** The argument that selects the proxy process. */
    private static final String PROXY = "proxy";

    private final Linux linux;
    private final String container;
    private final List<String> hosts;
    private final OpenFile listening;
    /** A pidfd of the container's PID 1. The proxy exits when this process has ended. */
    private final OpenFile ended;

    private final LaunchRecord.ProxyFiles files;
    private final HeldProgram program;

    private WaitingProxy(
            Linux linux,
            String container,
            List<String> hosts,
            OpenFile listening,
            OpenFile ended,
            LaunchRecord.ProxyFiles files,
            HeldProgram program) {
        this.linux = linux;
        this.container = container;
        this.hosts = hosts;
        this.listening = listening;
        this.ended = ended;
        this.files = files;
        this.program = program;
    }

    /**
     * Prepares the proxy of a container.
     *
     * @param program this program, which is also the proxy's; {@link #close}, or a failure of this method, closes it
     * @param init pid of the container's PID 1
     * @param hosts the allowed destinations
     * @param listening the listening socket in the container's network namespace; {@link #close}, or a failure of this
     *     method, closes it
     */
    static WaitingProxy of(
            Linux linux, HeldProgram program, LaunchRecord record, int init, List<String> hosts, OpenFile listening) {
        List<OpenFile> opened = new ArrayList<>(List.of(listening));
        try {
            OpenFile ended = new OpenFile(linux, linux.processDescriptor(init));
            opened.add(ended);
            return new WaitingProxy(linux, record.id(), hosts, listening, ended, record.proxyFiles(), program);
        } catch (RuntimeException e) {
            opened.forEach(OpenFile::close);
            program.close();
            throw e;
        }
    }

    void addTo(PollSet set) {
        set.add(listening.descriptor(), PollSet.POLLIN);
        set.add(files.control().descriptor(), PollSet.POLLIN);
    }

    /** Whether the poll of {@code set} has found a connection or a policy update. */
    boolean isWanted(PollSet set) {
        return set.found(listening.descriptor(), PollSet.POLLIN)
                || set.found(files.control().descriptor(), PollSet.POLLIN);
    }

    /**
     * Starts the proxy process and returns its pid. The process gets copies of all descriptors.
     *
     * @throws dev.rustyrun.step.StepFailure when the program's files are missing
     */
    int start() {
        List<String> words = new ArrayList<>(List.of(PROXY, container));
        words.addAll(hosts);
        // The descriptors get fixed numbers in the process. A control socket below FIRST_FREE could be overwritten.
        try (OpenFile control =
                new OpenFile(linux, linux.duplicateFrom(files.control().descriptor(), StageHost.FIRST_FREE))) {
            return program.startServing(
                    words,
                    listening.descriptor(),
                    ended.descriptor(),
                    files.attempts().map(OpenFile::descriptor).orElse(Connection.NO_DESCRIPTOR),
                    control.descriptor());
        }
    }

    @Override
    public void close() {
        listening.close();
        ended.close();
        files.close();
        program.close();
    }
}
