package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Network devices and routes. */
public interface NetworkCalls extends SocketCalls {

    /** Brings a network interface of this thread's namespace up; man 7 netdevice, SIOCSIFFLAGS. */
    default void bringInterfaceUp(String name) {
        int type = SocketConstants.SOCK_DGRAM | SocketConstants.SOCK_CLOEXEC;
        int socket = check(libc().call("socket", SocketConstants.AF_INET, type, 0), "socket AF_INET");
        try {
            bringInterfaceUp(socket, name);
        } finally {
            libc().call("close", socket);
        }
    }

    /** Brings a network interface up in the namespace of the open {@code socket}; SIOCSIFFLAGS. */
    default void bringInterfaceUp(int socket, String name) {
        check(libc().call("ioctl", socket, Ioctl.SIOCSIFFLAGS, Ioctl.interfaceUp(name)), "ioctl SIOCSIFFLAGS", name);
    }

    /** The index of a network interface in the namespace of the open {@code socket}; man 7 netdevice, SIOCGIFINDEX. */
    default int interfaceIndex(int socket, String name) {
        byte[] request = Ioctl.interfaceNamed(name);
        check(libc().call("ioctl", socket, Ioctl.SIOCGIFINDEX, request), "ioctl SIOCGIFINDEX", name);
        return Ioctl.interfaceIndex(request);
    }

    /**
     * A socket that listens on 127.0.0.1:{@code port} in this network namespace; man 7 ipv6. It is an IPv6 socket if
     * the kernel has IPv6: a JVM whose standard input is an IPv4 socket disables IPv6.
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

    /** A netlink socket for the network namespace of this thread; man 7 rtnetlink. */
    default int routeSocket() {
        int type = SocketConstants.SOCK_RAW | SocketConstants.SOCK_CLOEXEC;
        return check(libc().call("socket", SocketConstants.AF_NETLINK, type, 0), "socket AF_NETLINK");
    }

    /**
     * Sends {@code request} (of {@link RouteMessage}) and throws if the kernel's acknowledgement is an error;
     * {@code what} names the request.
     */
    default void requestRoute(int socket, byte[] request, String what) {
        int errno = RouteMessage.errno(queryRoute(socket, request, request.length + 1024));
        if (errno != 0) {
            throw new LinuxException(what, errno);
        }
    }

    /**
     * Sends {@code request} (of {@link RouteMessage}) and returns all parts of the answer, each of at most {@code max}
     * bytes.
     */
    default byte[] queryRoute(int socket, byte[] request, int max) {
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
