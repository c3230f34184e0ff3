package dev.rustyrun.linux;

/** Calls about terminals and other devices. */
interface TerminalCalls {

    /** {@code int ioctl(int fd, unsigned long request, long argument)}, man 2 ioctl. */
    int ioctl(int fd, long request, long argument);

    /** The same with a struct that the kernel reads and may write. */
    int ioctl(int fd, long request, byte[] struct);
}
