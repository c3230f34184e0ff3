package dev.rustyrun.network;

import dev.rustyrun.spec.InvalidSpecException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of an egress policy: a host or a set of hosts, and a port.
 *
 * @param name a name, or {@code *.NAME} for all names below NAME; empty for addresses
 * @param range the addresses; empty for a name
 * @param port the only allowed port, or {@link #WEB}
 */
record AllowedHost(String name, Optional<AddressRange> range, int port) {

    /** Stands for the ports 80 and 443. */
    static final int WEB = 0;

    private static final String BELOW = "*.";
    private static final int MAX_PORT = 65535;
    private static final Pattern BRACKETS = Pattern.compile("\\[([^\\[\\]]+)](?::([0-9]{1,5}))?");
    private static final Pattern WITH_PORT = Pattern.compile("([^:]+)(?::([0-9]{1,5}))?");

    /**
     * Parses {@code HOST[:PORT]}, where HOST is a name, {@code *.NAME}, an address or {@code ADDRESS/BITS}. An IPv6
     * address with a port is in brackets.
     *
     * @throws InvalidSpecException when {@code text} is invalid
     */
    static AllowedHost parse(String text) {
        Optional<AddressRange> bare = AddressRange.parse(text);
        if (bare.isPresent()) {
            return new AllowedHost("", bare, WEB);
        }
        Matcher parts = text.startsWith("[") ? BRACKETS.matcher(text) : WITH_PORT.matcher(text);
        if (!parts.matches()) {
            throw wrong(text);
        }
        int port = parts.group(2) == null ? WEB : Integer.parseInt(parts.group(2));
        if (parts.group(2) != null && (port < 1 || port > MAX_PORT)) {
            throw wrong(text);
        }
        String host = parts.group(1);
        Optional<AddressRange> range = AddressRange.parse(host);
        if (range.isPresent() || text.startsWith("[")) {
            return new AllowedHost("", Optional.of(range.orElseThrow(() -> wrong(text))), port);
        }
        boolean below = host.startsWith(BELOW);
        String name = HostName.of(below ? host.substring(BELOW.length()) : host).orElseThrow(() -> wrong(text));
        return new AllowedHost(below ? BELOW + name : name, Optional.empty(), port);
    }

    private static InvalidSpecException wrong(String text) {
        return new InvalidSpecException("allowed host \"" + text
                + "\" is not HOST[:PORT], such as example.org, *.example.org:443, 192.0.2.0/24 or [2001:db8::1]:8443");
    }

    /** Whether this allows the name {@code other}, which is in the form of {@link HostName}. */
    boolean allows(String other, int otherPort) {
        if (name.isEmpty() || !allowsPort(otherPort)) {
            return false;
        }
        return name.startsWith(BELOW) ? other.endsWith(name.substring(1)) : name.equals(other);
    }

    /** Whether this allows {@code address} as an address. */
    boolean allows(InetAddress address, int otherPort) {
        return allowsPort(otherPort)
                && range.filter(addresses -> addresses.contains(address)
                                && (!AddressRange.isSpecial(address) || addresses.isSpecial()))
                        .isPresent();
    }

    /** Whether this allows everything that {@code other} allows. */
    boolean covers(AllowedHost other) {
        boolean ports = port == other.port || port == WEB && (other.port == 80 || other.port == 443);
        if (!ports) {
            return false;
        }
        if (range.isPresent()) {
            return other.range.isPresent()
                    && other.range.get().isWithin(range.get())
                    && (!other.range.get().isSpecial() || range.get().isSpecial());
        }
        return other.range.isEmpty()
                && (name.equals(other.name) || name.startsWith(BELOW) && other.name.endsWith(name.substring(1)));
    }

    private boolean allowsPort(int other) {
        return port == WEB ? other == 80 || other == 443 : port == other;
    }
}
