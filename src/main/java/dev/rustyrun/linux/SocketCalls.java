package dev.rustyrun.linux;

/** Calls about sockets and waiting for descriptors. */
interface SocketCalls {

    /** {@code int socket(int domain, int type, int protocol)}, man 2 socket. */
    int socket(int domain, int type, int protocol);

    /** {@code int socketpair(int domain, int type, int protocol, int sv[2])}, man 2 socketpair. */
    int socketpair(int domain, int type, int protocol, int[] pair);

    /** {@code int connect(int socket, const struct sockaddr_un *, socklen_t)}, man 2 connect, man 7 unix. */
    int connect(int socket, byte[] address);

    /** {@code ssize_t sendmsg(...)}: {@code data} with one descriptor as SCM_RIGHTS, man 7 unix. */
    long sendmsg(int socket, byte[] data, int descriptor, int flags);

    /**
     * {@code ssize_t recvmsg(...)}: fills {@code data[0..count)} and puts a descriptor that came along into
     * {@code descriptor[0]}, else -1; man 7 unix.
     */
    long recvmsg(int socket, byte[] data, int count, int[] descriptor, int flags);

    /** {@code int poll(struct pollfd *fds, nfds_t n, int timeout)} over the encoded array, man 2 poll; ms. */
    int poll(byte[] pollfds, int count, int timeoutMillis);
}
