package dev.rustyrun.linux;

/** Calls that change which namespaces a process is in, and what they are called. */
interface NamespaceCalls {

    /** {@code int unshare(int flags)}, man 2 unshare. Flags are {@link CloneFlag}s. */
    int unshare(int flags);

    /** {@code int setns(int fd, int nstype)}, man 2 setns. The type is a {@link CloneFlag}. */
    int setns(int fd, int type);

    /** {@code int sethostname(const char *name, size_t len)}, man 2 sethostname. */
    int sethostname(String name);

    /** {@code int setdomainname(const char *name, size_t len)}, man 2 setdomainname. */
    int setdomainname(String name);
}
