package dev.rustyrun.network.cni;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ConnectedNetwork;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The process that connects one container to a CNI network, and disconnects it at its end. Its descriptors: 0 is the
 * container's network namespace, 1 a pidfd of its PID 1, 3 the pipe for its report, and 4 the locked file of the
 * connection.
 */
public final class CniMain {

    /**
     * The command, followed by the container's id, the network's name, the ports and the folders. It is not called
     * "network", because docker users may type that command.
     */
    public static final String NAME = "cni-connection";

    private static final int NAMESPACE = 0;
    private static final int CONTAINER = 1;
    private static final int REPORTS = 3;
    private static final int FILE = 4;
    private static final int MAX_REPORT = 4000;

    private CniMain() {}

    /** Runs until the container has ended and is disconnected; returns the exit status. */
    public static int perform(Linux linux, String[] args) {
        // A new session, so that ^C at the terminal reaches only the container.
        linux.startSession();
        linux.blockPipeSignal();
        linux.closeOnExecFrom(REPORTS);
        OpenFile file = new OpenFile(linux, FILE);
        String path = linux.readLink(FileFlag.AT_FDCWD, file.path());
        String namespace = "/proc/" + linux.processId() + "/fd/" + NAMESPACE;
        try {
            CniFolders folders = CniFolders.of(args[4], args[5]);
            CniConnection connection = new CniConnection(
                    linux,
                    file,
                    CniConnections.nameOf(Path.of(path)),
                    folders.network(linux, args[2]),
                    folders,
                    ConnectedNetwork.ports(args[3]));
            int code = serve(linux, connection, namespace);
            linux.removeFile(path);
            return code;
        } catch (CniException | LinuxException e) {
            // Either no plugin was executed yet, or DEL has failed. In the latter case the file stays for rustyrun gc.
            report(linux, e.getMessage(), 1);
            if (linux.status(FILE).size() == 0) {
                linux.removeFile(path);
            } else {
                System.err.println(Printable.line("rustyrun: warning: container " + args[1]
                        + " could not be disconnected from network " + args[2] + ": " + e.getMessage()
                        + "; rustyrun gc will retry"));
            }
            return 1;
        }
    }

    private static int serve(Linux linux, CniConnection connection, String namespace) {
        String failure = "";
        try {
            report(linux, CniNetwork.resolvers(connection.add(namespace)), 0);
            PollSet ended = new PollSet(1);
            ended.add(CONTAINER, PollSet.POLLIN);
            linux.poll(ended, -1);
        } catch (CniException e) {
            failure = e.getMessage();
        }
        try {
            if (linux.status(FILE).size() > 0) {
                connection.delete(namespace);
            }
        } finally {
            if (!failure.isEmpty()) {
                report(linux, failure, 1);
            }
        }
        return failure.isEmpty() ? 0 : 1;
    }

    /** Sends the only report to {@code init}, which may have ended. */
    private static void report(Linux linux, String text, int outcome) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] message = java.util.Arrays.copyOf(bytes, Math.min(bytes.length, MAX_REPORT) + 1);
        message[message.length - 1] = (byte) outcome;
        try {
            linux.writeAll(REPORTS, message);
        } catch (LinuxException e) {
            // The pipe has no reader: the container has ended, or has already received a report.
        }
    }
}
