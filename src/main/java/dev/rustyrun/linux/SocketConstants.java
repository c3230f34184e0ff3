package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Constants of {@code sys/socket.h} and {@code sys/un.h}. */
final class SocketConstants {

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_NETLINK = 16;
    static final int SOCK_STREAM = 1;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = FileFlag.O_NONBLOCK;
    static final int SOCK_CLOEXEC = FileFlag.O_CLOEXEC;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int AF_INET6 = 10;
    static final int INADDR_LOOPBACK = 0x7f000001;
    static final int BACKLOG = 128;
    static final int UNIX_PATH_MAX = 108;

    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_IN6 = 28;
    /** The end of the 96-bit prefix of an IPv4-mapped IPv6 address, {@code ::ffff:0:0}. */
    private static final int MAPPED = 0xffff;

    private SocketConstants() {}

    /** The {@code struct sockaddr_un} of {@code path}; {@code what} names the call in an error. */
    static byte[] unix(String path, String what) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= UNIX_PATH_MAX) {
            throw new LinuxException(what + "(\"" + path + "\")", Errno.ENAMETOOLONG);
        }
        return ByteBuffer.allocate(3 + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(name)
                .array();
    }

    /** {@code struct sockaddr_in} of 127.0.0.1, or {@code struct sockaddr_in6} with the IPv4-mapped address. */
    static byte[] loopback(int port, boolean six) {
        ByteBuffer address = ByteBuffer.allocate(six ? SOCKADDR_IN6 : SOCKADDR_IN)
                .order(ByteOrder.nativeOrder())
                .putShort((short) (six ? AF_INET6 : AF_INET))
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) port);
        if (six) {
            address.putInt(0).putLong(0).putInt(MAPPED);
        }
        return address.putInt(INADDR_LOOPBACK).array();
    }
}
