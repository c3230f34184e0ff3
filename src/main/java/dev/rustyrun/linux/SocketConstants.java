package dev.rustyrun.linux;

/** Values of {@code sys/socket.h} and {@code sys/un.h}. */
final class SocketConstants {

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_NETLINK = 16;
    static final int SOCK_STREAM = 1;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = FileFlag.O_CLOEXEC;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int UNIX_PATH_MAX = 108;

    private SocketConstants() {}
}
