package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.nio.charset.StandardCharsets;

/** The namespaces that a process is in, and their names. */
public interface NamespaceCalls extends KernelCalls {

    /** Leaves the namespaces named by {@code flags} ({@link CloneFlag}) for new ones; man 2 unshare. */
    default void unshare(int flags) {
        check(libc().call("unshare", flags), "unshare", new CloneFlag.Described(flags));
    }

    /** Enters the namespace that {@code fd} is open on; {@code type} is its {@link CloneFlag}; man 2 setns. */
    default void setNamespace(int fd, int type) {
        check(libc().call("setns", fd, type), "setns", fd, new CloneFlag.Described(type));
    }

    /** Whether {@code fd} is open on a namespace of {@code type}, a {@link CloneFlag}; man 2 ioctl_ns, NS_GET_NSTYPE. */
    default boolean isNamespace(int fd, int type) {
        return libc().call("ioctl", fd, Ioctl.NS_GET_NSTYPE, 0) == type;
    }

    /** Names this UTS namespace; man 2 sethostname. */
    default void setHostname(String name) {
        check(libc().call("sethostname", name, name.getBytes(StandardCharsets.UTF_8).length), "sethostname", name);
    }

    /** Sets the NIS domain name of this UTS namespace; man 2 setdomainname. */
    default void setDomainname(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        check(libc().call("setdomainname", name, length), "setdomainname", name);
    }
}
