package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.nio.charset.StandardCharsets;

/** Namespaces of a process, and the names that belong to a UTS namespace. */
public interface NamespaceCalls extends KernelCalls {

    /** Moves this process to new namespaces of the types {@code flags} ({@link CloneFlag}); man 2 unshare. */
    default void unshare(int flags) {
        check(libc().call("unshare", flags), "unshare", new CloneFlag.Described(flags));
    }

    /** Enters the namespace on which {@code fd} is open; {@code type} is its {@link CloneFlag}; man 2 setns. */
    default void setNamespace(int fd, int type) {
        check(libc().call("setns", fd, type), "setns", fd, new CloneFlag.Described(type));
    }

    /**
     * Whether {@code fd} is open on a namespace of {@code type}, a {@link CloneFlag}; man 2 ioctl_ns, NS_GET_NSTYPE.
     */
    default boolean isNamespace(int fd, int type) {
        return libc().call("ioctl", fd, Ioctl.NS_GET_NSTYPE, 0) == type;
    }

    /** Sets the host name of this UTS namespace; man 2 sethostname. */
    default void setHostname(String name) {
        check(libc().call("sethostname", name, name.getBytes(StandardCharsets.UTF_8).length), "sethostname", name);
    }

    /** Sets the NIS domain name of this UTS namespace; man 2 setdomainname. */
    default void setDomainname(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        check(libc().call("setdomainname", name, length), "setdomainname", name);
    }
}
