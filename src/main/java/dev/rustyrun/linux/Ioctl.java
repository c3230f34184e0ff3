package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Requests of ioctl(2): {@code asm-generic/ioctls.h}, man 7 netdevice, man 2 ioctl_ns and {@code linux/fs.h}. */
final class Ioctl {

    static final long TCGETS = 0x5401;
    static final long TCSETS = 0x5402;
    static final long TIOCSCTTY = 0x540E;
    static final long TIOCSPGRP = 0x5410;
    static final long TIOCGWINSZ = 0x5413;
    static final long TIOCSWINSZ = 0x5414;
    static final long TIOCGPTPEER = 0x5441;
    static final long TIOCSPTLCK = 0x40045431;
    static final long NS_GET_NSTYPE = 0xB703;
    static final long SIOCSIFFLAGS = 0x8914;
    static final long SIOCGIFINDEX = 0x8933;
    static final long FS_IOC_FSGETXATTR = 0x801C581FL;
    static final long FS_IOC_FSSETXATTR = 0x401C5820L;
    static final long FS_IOC_FIEMAP = 0xC020660BL;
    static final long FICLONE = 0x40049409L;

    private static final int IFREQ_SIZE = 40;
    private static final int IFR_FLAGS_AT = 16;
    private static final short IFF_UP_AND_RUNNING = 0x41;

    private Ioctl() {}

    /** A {@code struct ifreq} that asks for the index of the interface {@code name}. */
    static byte[] interfaceNamed(String name) {
        return ByteBuffer.allocate(IFREQ_SIZE)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /** {@code ifr_ifindex} of an answered {@code struct ifreq}. */
    static int interfaceIndex(byte[] ifreq) {
        return ByteBuffer.wrap(ifreq).order(ByteOrder.nativeOrder()).getInt(IFR_FLAGS_AT);
    }

    /** A {@code struct ifreq} that brings the interface {@code name} up. */
    static byte[] interfaceUp(String name) {
        ByteBuffer ifreq = ByteBuffer.allocate(IFREQ_SIZE).order(ByteOrder.nativeOrder());
        ifreq.put(name.getBytes(StandardCharsets.US_ASCII));
        ifreq.putShort(IFR_FLAGS_AT, IFF_UP_AND_RUNNING);
        return ifreq.array();
    }
}
