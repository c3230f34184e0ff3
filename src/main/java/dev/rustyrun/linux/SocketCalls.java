package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;
import static dev.rustyrun.linux.LinuxException.failure;
import static dev.rustyrun.linux.SocketConstants.AF_UNIX;
import static dev.rustyrun.linux.SocketConstants.SOCK_CLOEXEC;
import static dev.rustyrun.linux.SocketConstants.SOCK_SEQPACKET;
import static dev.rustyrun.linux.SocketConstants.SOCK_STREAM;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Sockets, and descriptors that travel through them. */
public interface SocketCalls extends KernelCalls {

    /** Two connected unix stream sockets; man 2 socketpair. */
    default int[] socketPair() {
        int[] pair = new int[2];
        check(libc().call("socketpair", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
        return pair;
    }

    /** Two connected sockets that keep messages apart; man 2 socketpair, SOCK_SEQPACKET. */
    default int[] messagePair() {
        int[] pair = new int[2];
        check(libc().call("socketpair", AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
        return pair;
    }

    /** A stream socket connected to the unix socket {@code path}; man 2 connect, man 7 unix. */
    default int connect(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= SocketConstants.UNIX_PATH_MAX) {
            throw new LinuxException("connect(\"" + path + "\")", Errno.ENAMETOOLONG);
        }
        byte[] address = ByteBuffer.allocate(3 + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(name)
                .array();
        int socket = check(libc().call("socket", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket AF_UNIX");
        int result = libc().repeat("connect", socket, address, address.length);
        if (result < 0) {
            libc().call("close", socket);
            throw failure(result, "connect", path);
        }
        return socket;
    }

    /** Sends all of {@code data}, with {@code descriptor} (or none, -1) along; man 2 sendmsg, man 7 unix. */
    default void send(int socket, byte[] data, int descriptor) {
        for (int sent = 0; sent < data.length; ) {
            MessageHeader message = MessageHeader.sending(data, sent, sent == 0 ? descriptor : -1);
            sent += check(libc().repeat("sendmsg", socket, message, SocketConstants.MSG_NOSIGNAL), "sendmsg", socket);
        }
    }

    /** Receives up to {@code count} bytes and perhaps a descriptor; waits for the first; man 2 recvmsg. */
    default Received receive(int socket, byte[] data, int count) {
        MessageHeader message = MessageHeader.receiving(data, count);
        int got = check(libc().repeat("recvmsg", socket, message, SocketConstants.MSG_CMSG_CLOEXEC), "recvmsg", socket);
        return new Received(got, message.descriptor());
    }
}
