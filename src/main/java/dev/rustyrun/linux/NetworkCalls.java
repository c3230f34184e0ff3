package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Network devices and routes. */
public interface NetworkCalls extends SocketCalls {

    /** Brings a network interface of this namespace up; man 7 netdevice, SIOCSIFFLAGS. */
    default void bringInterfaceUp(String name) {
        int type = SocketConstants.SOCK_DGRAM | SocketConstants.SOCK_CLOEXEC;
        int socket = check(libc().call("socket", SocketConstants.AF_INET, type, 0), "socket AF_INET");
        try {
            bringInterfaceUp(socket, name);
        } finally {
            libc().call("close", socket);
        }
    }

    /** Brings a network interface in the namespace of the open {@code socket} up; SIOCSIFFLAGS. */
    default void bringInterfaceUp(int socket, String name) {
        check(libc().call("ioctl", socket, Ioctl.SIOCSIFFLAGS, Ioctl.interfaceUp(name)), "ioctl SIOCSIFFLAGS", name);
    }

    /** The number of a network device in the namespace of the open {@code socket}; man 7 netdevice, SIOCGIFINDEX. */
    default int interfaceIndex(int socket, String name) {
        byte[] request = Ioctl.interfaceNamed(name);
        check(libc().call("ioctl", socket, Ioctl.SIOCGIFINDEX, request), "ioctl SIOCGIFINDEX", name);
        return Ioctl.interfaceIndex(request);
    }

    /**
     * A socket that listens at {@code port} of 127.0.0.1 in this network; man 7 ipv6. It is one of IPv6 where there is that: a JVM
     * whose standard input is a socket of IPv4 does without IPv6.
     */
    default int listenOnLoopback(int port) {
        int type = SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC;
        int socket = libc().call("socket", SocketConstants.AF_INET6, type, 0);
        byte[] address = SocketConstants.loopback(port, socket >= 0);
        if (socket < 0) {
            socket = check(libc().call("socket", SocketConstants.AF_INET, type, 0), "socket AF_INET");
        }
        try {
            check(libc().call("bind", socket, address, address.length), "bind 127.0.0.1", port);
            check(libc().call("listen", socket, SocketConstants.BACKLOG), "listen", port);
            return socket;
        } catch (LinuxException e) {
            libc().call("close", socket);
            throw e;
        }
    }

    /** A socket to the network of this thread's namespace; man 7 rtnetlink. */
    default int routeSocket() {
        int type = SocketConstants.SOCK_RAW | SocketConstants.SOCK_CLOEXEC;
        return check(libc().call("socket", SocketConstants.AF_NETLINK, type, 0), "socket AF_NETLINK");
    }

    /** Sends {@code request} (of {@link RouteMessage}), which the kernel acknowledges, to do {@code what}. */
    default void tellRoute(int socket, byte[] request, String what) {
        int errno = RouteMessage.errno(askRoute(socket, request, request.length + 1024));
        if (errno != 0) {
            throw new LinuxException(what, errno);
        }
    }

    /** Sends {@code request} (of {@link RouteMessage}); all parts of the answer, of at most {@code max} bytes each. */
    default byte[] askRoute(int socket, byte[] request, int max) {
        send(socket, request, -1);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] buffer = new byte[max];
        byte[] part;
        do {
            part = Arrays.copyOf(buffer, receive(socket, buffer, max).count());
            answer.writeBytes(part);
        } while (part.length > 0 && !RouteMessage.isEnd(part));
        return answer.toByteArray();
    }
}
