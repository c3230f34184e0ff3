package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages to the kernel's network configuration, and its answers; man 7 netlink, man 7 rtnetlink. */
public final class RouteMessage {

    private static final short RTM_NEWLINK = 16;
    private static final short RTM_NEWADDR = 20;
    private static final short RTM_GETADDR = 22;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final int NLM_F_REQUEST = 0x1;
    private static final int NLM_F_ACK = 0x4;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_CREATE_EXCLUSIVE = 0x600;
    private static final short IFLA_IFNAME = 3;
    private static final short IFLA_NET_NS_FD = 28;
    private static final short IFA_ADDRESS = 1;
    private static final short IFA_LOCAL = 2;
    private static final short IFA_BROADCAST = 4;
    private static final int IFF_UP = 1;
    private static final int IFA_F_PERMANENT = 0x80;
    private static final int HEADER = 16;
    private static final int ADDRESS_HEADER = 8;
    private static final int ROOM = 256;

    private RouteMessage() {}

    /**
     * An address of a network device.
     *
     * @param family AF_INET or AF_INET6
     * @param prefix length of the network prefix, in bits
     * @param attributes IFA_ attributes in the kernel's encoding
     */
    public record Address(int family, int prefix, byte[] attributes) {}

    /** Asks for all addresses of all devices. */
    public static byte[] listAddresses() {
        return finish(start(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP).put(new byte[ADDRESS_HEADER]));
    }

    /** Takes a device down, moves it to the open namespace {@code namespace}, and renames it to {@code name} there. */
    public static byte[] move(int index, int namespace, String name) {
        ByteBuffer b = start(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
        b.putInt(0).putInt(index).putInt(0).putInt(IFF_UP);
        b.putShort((short) 8).putShort(IFLA_NET_NS_FD).putInt(namespace);
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        b.putShort((short) (4 + text.length + 1))
                .putShort(IFLA_IFNAME)
                .put(text)
                .put((byte) 0);
        return finish(b);
    }

    /** Adds an address to a device. */
    public static byte[] add(int index, Address address) {
        ByteBuffer b = start(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE_EXCLUSIVE);
        b.put((byte) address.family())
                .put((byte) address.prefix())
                .put((byte) IFA_F_PERMANENT)
                .put((byte) 0)
                .putInt(index);
        return finish(b.put(address.attributes()));
    }

    /**
     * The addresses of one device in the answer to {@link #listAddresses}: only permanent ones with universal scope.
     */
    public static List<Address> addresses(int index, byte[] answer) {
        List<Address> addresses = new ArrayList<>();
        ByteBuffer b = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        for (int at = 0; at + HEADER <= answer.length && b.getInt(at) >= HEADER; at += aligned(b.getInt(at))) {
            int body = at + HEADER;
            boolean permanent = b.getShort(at + 4) == RTM_NEWADDR && (b.get(body + 2) & IFA_F_PERMANENT) != 0;
            boolean universal = permanent && b.get(body + 3) == 0;
            if (universal && b.getInt(body + 4) == index) {
                addresses.add(new Address(
                        b.get(body),
                        Byte.toUnsignedInt(b.get(body + 1)),
                        kept(b, body + ADDRESS_HEADER, at + b.getInt(at))));
            }
        }
        return addresses;
    }

    private static byte[] kept(ByteBuffer b, int from, int end) {
        ByteBuffer kept = ByteBuffer.allocate(end - from + 4);
        for (int at = from; at + 4 <= end && b.getShort(at) >= 4; at += aligned(b.getShort(at))) {
            short type = b.getShort(at + 2);
            if (type == IFA_ADDRESS || type == IFA_LOCAL || type == IFA_BROADCAST) {
                kept.put(b.array(), at, aligned(b.getShort(at)));
            }
        }
        return java.util.Arrays.copyOf(kept.array(), kept.position());
    }

    /** Whether {@code answer} is the last part of an answer. */
    static boolean isEnd(byte[] answer) {
        ByteBuffer b = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        for (int at = 0; at + HEADER <= answer.length && b.getInt(at) >= HEADER; at += aligned(b.getInt(at))) {
            if (b.getShort(at + 4) == NLMSG_DONE || b.getShort(at + 4) == NLMSG_ERROR) {
                return true;
            }
        }
        return false;
    }

    /** The errno in {@code answer}; 0 for none. */
    static int errno(byte[] answer) {
        ByteBuffer b = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        return answer.length >= HEADER + 4 && b.getShort(4) == NLMSG_ERROR ? -b.getInt(HEADER) : 0;
    }

    private static ByteBuffer start(short type, int flags) {
        return ByteBuffer.allocate(ROOM)
                .order(ByteOrder.nativeOrder())
                .putInt(0)
                .putShort(type)
                .putShort((short) flags)
                .putInt(1)
                .putInt(0);
    }

    private static byte[] finish(ByteBuffer b) {
        b.putInt(0, b.position());
        return java.util.Arrays.copyOf(b.array(), aligned(b.position()));
    }

    private static int aligned(int length) {
        return length + 3 & ~3;
    }
}
