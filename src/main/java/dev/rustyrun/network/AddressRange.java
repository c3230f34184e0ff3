package dev.rustyrun.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A range of addresses with a common prefix (CIDR). An IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1}) is treated as
 * the IPv4 address.
 *
 * @param base an address with the prefix
 * @param bits the length of the prefix
 */
record AddressRange(InetAddress base, int bits) {

    /**
     * Four decimal numbers. Octal, hexadecimal and shortened forms are refused, because programs interpret them
     * differently.
     */
    private static final Pattern IPV4 = Pattern.compile(
            "(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]{0,2})" + "\\.(0|[1-9][0-9]{0,2})");

    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /**
     * The special-purpose ranges of RFC 6890, which are not routed on the internet: this network, private and shared
     * ranges, loopback, link-local with the metadata services of clouds, benchmarking, multicast and reserved ranges.
     * The last entry is the metadata service of one cloud at an ordinary address.
     */
    private static final List<AddressRange> SPECIAL_IPV4 = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "168.63.129.16")
            .map(text -> parse(text).orElseThrow())
            .toList();

    private static final AddressRange GLOBAL_IPV6 = parse("2000::/3").orElseThrow();
    /** IPv6 ranges that tunnel to IPv4 addresses: Teredo and 6to4. */
    private static final List<AddressRange> TUNNELS = Stream.of("2001::/32", "2002::/16")
            .map(text -> parse(text).orElseThrow())
            .toList();

    /** Parses a single address; empty when {@code text} is not one. */
    static Optional<InetAddress> address(String text) {
        Matcher parts = IPV4.matcher(text);
        try {
            if (parts.matches()) {
                byte[] bytes = new byte[4];
                for (int i = 0; i < bytes.length; i++) {
                    int number = Integer.parseInt(parts.group(i + 1));
                    if (number > 255) {
                        return Optional.empty();
                    }
                    bytes[i] = (byte) number;
                }
                return Optional.of(InetAddress.getByAddress(bytes));
            }
            // A text with a colon is never resolved as a name.
            return IPV6.matcher(text).matches()
                    ? Optional.of(InetAddress.getByName("[" + text + "]"))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Parses an address or {@code ADDRESS/BITS}; empty when {@code text} is neither. */
    static Optional<AddressRange> parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> base = address(slash < 0 ? text : text.substring(0, slash));
        if (base.isEmpty()) {
            return Optional.empty();
        }
        int most = base.get().getAddress().length * Byte.SIZE;
        if (slash < 0) {
            return Optional.of(new AddressRange(base.get(), most));
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(bits) > most) {
            return Optional.empty();
        }
        return Optional.of(new AddressRange(base.get(), Integer.parseInt(bits)));
    }

    /** Whether the range contains {@code address}. */
    boolean contains(InetAddress address) {
        byte[] own = base.getAddress();
        byte[] other = address.getAddress();
        if (own.length != other.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> i % Byte.SIZE;
            if (((own[i / Byte.SIZE] ^ other[i / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code other} contains this whole range. */
    boolean isWithin(AddressRange other) {
        return bits >= other.bits && other.contains(base);
    }

    /**
     * Whether {@code address} is a special-purpose address. Such an address is allowed only by a rule that names it as
     * an address, not by a host name.
     */
    static boolean isSpecial(InetAddress address) {
        return special(new AddressRange(address, address.getAddress().length * Byte.SIZE));
    }

    /** Whether this range names special addresses on purpose, and not only because it contains nearly all addresses. */
    boolean isSpecial() {
        return special(this);
    }

    private static boolean special(AddressRange range) {
        if (range.base instanceof Inet4Address) {
            return SPECIAL_IPV4.stream().anyMatch(range::isWithin);
        }
        boolean global = range.isWithin(GLOBAL_IPV6) && TUNNELS.stream().noneMatch(range::isWithin);
        // An IPv6 range with fewer than 7 bits also contains many ordinary addresses, so it does not count as special.
        return !global && (range.bits >= 7 || TUNNELS.stream().anyMatch(range::isWithin));
    }
}
