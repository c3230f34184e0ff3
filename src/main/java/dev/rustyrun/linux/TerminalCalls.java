package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** Terminals: the requests of man 2 ioctl_tty. */
public interface TerminalCalls extends KernelCalls {

    /** Whether {@code fd} is a terminal. */
    default boolean isTerminal(int fd) {
        return libc().call("ioctl", fd, Ioctl.TCGETS, new byte[TerminalMode.SIZE]) == 0;
    }

    /** A terminal's settings; TCGETS. */
    default TerminalMode terminalMode(int fd) {
        byte[] termios = new byte[TerminalMode.SIZE];
        check(libc().call("ioctl", fd, Ioctl.TCGETS, termios), "ioctl TCGETS", fd);
        return new TerminalMode(termios);
    }

    /** Changes a terminal's settings; TCSETS. */
    default void setTerminalMode(int fd, TerminalMode mode) {
        check(libc().call("ioctl", fd, Ioctl.TCSETS, mode.encode()), "ioctl TCSETS", fd);
    }

    /** A terminal's size; TIOCGWINSZ. */
    default WindowSize windowSize(int fd) {
        byte[] size = new byte[8];
        check(libc().call("ioctl", fd, Ioctl.TIOCGWINSZ, size), "ioctl TIOCGWINSZ", fd);
        return WindowSize.decode(size);
    }

    /** Changes a terminal's size, which sends its foreground processes SIGWINCH; TIOCSWINSZ. */
    default void setWindowSize(int fd, WindowSize size) {
        check(libc().call("ioctl", fd, Ioctl.TIOCSWINSZ, size.encode()), "ioctl TIOCSWINSZ", fd);
    }

    /** Makes {@code fd} the controlling terminal of this session; TIOCSCTTY. */
    default void setControllingTerminal(int fd) {
        check(libc().call("ioctl", fd, Ioctl.TIOCSCTTY, 0), "ioctl TIOCSCTTY", fd);
    }

    /** Makes a process group the foreground group of the terminal {@code fd}; TIOCSPGRP. */
    default void setForegroundGroup(int fd, int group) {
        check(libc().call("ioctl", fd, Ioctl.TIOCSPGRP, new int[] {group}), "ioctl TIOCSPGRP", fd);
    }

    /** Unlocks the peer of the pseudo-terminal {@code master} and opens it; TIOCSPTLCK, TIOCGPTPEER. */
    default int openTerminalPeer(int master) {
        check(libc().call("ioctl", master, Ioctl.TIOCSPTLCK, new int[] {0}), "ioctl TIOCSPTLCK", master);
        int flags = FileFlag.O_RDWR | FileFlag.O_NOCTTY | FileFlag.O_CLOEXEC;
        return check(libc().call("ioctl", master, Ioctl.TIOCGPTPEER, flags), "ioctl TIOCGPTPEER", master);
    }
}
