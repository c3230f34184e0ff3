package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.LaunchRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's egress proxy before its process exists: the descriptors and the words that the process will be given. It is
 * started when somebody connects to it or sends it a new policy, as systemd starts the service of a socket. So a container that
 * never uses the network costs no process. Until then connections wait in the kernel.
 */
final class WaitingProxy implements AutoCloseable {

    /** The word of the proxy's process on the command line. */
    private static final String PROXY = "proxy";

    private final Linux linux;
    private final String container;
    private final List<String> hosts;
    private final OpenFile listening;
    /** A pidfd of the container's PID 1, with whose end the process ends. */
    private final OpenFile ended;

    private final LaunchRecord.ProxyFiles files;

    private WaitingProxy(
            Linux linux,
            String container,
            List<String> hosts,
            OpenFile listening,
            OpenFile ended,
            LaunchRecord.ProxyFiles files) {
        this.linux = linux;
        this.container = container;
        this.hosts = hosts;
        this.listening = listening;
        this.ended = ended;
        this.files = files;
    }

    /**
     * The proxy of the container whose PID 1 is {@code init}.
     *
     * @param listening the socket inside the container's network, which is closed by {@link #close} or when this fails
     */
    static WaitingProxy of(Linux linux, LaunchRecord record, int init, List<String> hosts, OpenFile listening) {
        List<OpenFile> opened = new ArrayList<>(List.of(listening));
        try {
            OpenFile ended = new OpenFile(linux, linux.processDescriptor(init));
            opened.add(ended);
            return new WaitingProxy(linux, record.id(), hosts, listening, ended, record.proxyFiles());
        } catch (RuntimeException e) {
            opened.forEach(OpenFile::close);
            throw e;
        }
    }

    void addTo(PollSet set) {
        set.add(listening.descriptor(), PollSet.POLLIN);
        set.add(files.control().descriptor(), PollSet.POLLIN);
    }

    /** Whether somebody has connected, as that wait found. */
    boolean isWanted(PollSet set) {
        return set.found(listening.descriptor(), PollSet.POLLIN)
                || set.found(files.control().descriptor(), PollSet.POLLIN);
    }

    /** The id of the started process, which has copies of all descriptors. */
    int start(SelfExec self) {
        List<String> words = new ArrayList<>(List.of(PROXY, container));
        words.addAll(hosts);
        // The control socket must have a number above those that the process gets before it.
        try (OpenFile control =
                new OpenFile(linux, linux.duplicateFrom(files.control().descriptor(), StageHost.FIRST_FREE))) {
            return self.startServing(
                    linux,
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
    }
}
