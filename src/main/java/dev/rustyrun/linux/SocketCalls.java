package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;
import static dev.rustyrun.linux.LinuxException.failure;
import static dev.rustyrun.linux.SocketConstants.AF_UNIX;
import static dev.rustyrun.linux.SocketConstants.SOCK_CLOEXEC;
import static dev.rustyrun.linux.SocketConstants.SOCK_SEQPACKET;
import static dev.rustyrun.linux.SocketConstants.SOCK_STREAM;

/** Sockets, and descriptors that are sent over them. */
public interface SocketCalls extends KernelCalls {

    /** Two connected unix stream sockets; man 2 socketpair. */
    default int[] socketPair() {
        int[] pair = new int[2];
        check(libc().call("socketpair", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
        return pair;
    }

    /** Two connected sockets that preserve message boundaries; man 2 socketpair, SOCK_SEQPACKET. */
    default int[] messagePair() {
        int[] pair = new int[2];
        check(libc().call("socketpair", AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
        return pair;
    }

    /** A stream socket connected to the unix socket {@code path}; man 2 connect, man 7 unix. */
    default int connect(String path) {
        byte[] address = SocketConstants.unix(path, "connect");
        int socket = check(libc().call("socket", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket AF_UNIX");
        return connected(socket, address, path);
    }

    /** A non-blocking SOCK_SEQPACKET socket connected to the unix socket {@code path}. */
    default int connectForMessages(String path) {
        byte[] address = SocketConstants.unix(path, "connect");
        return connected(messageSocket(SocketConstants.SOCK_NONBLOCK), address, path);
    }

    private int connected(int socket, byte[] address, String path) {
        int result = libc().repeat("connect", socket, address, address.length);
        if (result < 0) {
            libc().call("close", socket);
            throw failure(result, "connect", path);
        }
        return socket;
    }

    /** A SOCK_SEQPACKET socket that listens on the new unix socket {@code path}; man 2 bind, man 7 unix. */
    default int listenForMessages(String path) {
        byte[] address = SocketConstants.unix(path, "bind");
        int socket = messageSocket(0);
        try {
            check(libc().call("bind", socket, address, address.length), "bind", path);
            check(libc().call("listen", socket, SocketConstants.BACKLOG), "listen", path);
            return socket;
        } catch (LinuxException e) {
            libc().call("close", socket);
            throw e;
        }
    }

    private int messageSocket(int flags) {
        return check(libc().call("socket", AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0), "socket AF_UNIX");
    }

    /** Waits for a connection, and returns it as a non-blocking socket; man 2 accept4. */
    default int accept(int listening) {
        int flags = SOCK_CLOEXEC | SocketConstants.SOCK_NONBLOCK;
        return check(libc().repeat("accept4", listening, null, null, flags), "accept4", listening);
    }

    /** Sends all of {@code data}, together with {@code descriptor} (-1 for none); man 2 sendmsg, man 7 unix. */
    default void send(int socket, byte[] data, int descriptor) {
        for (int sent = 0; sent < data.length; ) {
            MessageHeader message = MessageHeader.sending(data, sent, sent == 0 ? descriptor : -1);
            sent += check(libc().repeat("sendmsg", socket, message, SocketConstants.MSG_NOSIGNAL), "sendmsg", socket);
        }
    }

    /** Receives up to {@code count} bytes and possibly a descriptor; blocks until something arrives; man 2 recvmsg. */
    default Received receive(int socket, byte[] data, int count) {
        MessageHeader message = MessageHeader.receiving(data, count);
        int got = check(libc().repeat("recvmsg", socket, message, SocketConstants.MSG_CMSG_CLOEXEC), "recvmsg", socket);
        return new Received(got, message.descriptor());
    }
}
