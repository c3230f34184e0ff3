package dev.rustyrun.spec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host port that is published to a container.
 *
 * @param address host address to listen on; empty for all
 * @param host port on the host
 * @param container port in the container
 * @param isUdp whether it is a UDP port instead of a TCP port
 */
public record PublishedPort(String address, int host, int container, boolean isUdp) {

    private static final Pattern FORM =
            Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[0-9.]+):)?([0-9]{1,5}):([0-9]{1,5})(?:/(tcp|udp))?");
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final int MAX_PORT = 65535;

    /**
     * Parses {@code [IP:]HOST:CONTAINER[/udp]}; an IPv6 address is in brackets.
     *
     * @throws InvalidSpecException when {@code text} is invalid
     */
    public static PublishedPort parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw wrong(text);
        }
        String address = parts.group(1) == null ? "" : parts.group(1).replaceAll("[\\[\\]]", "");
        if (!address.isEmpty()
                && !address.contains(":")
                && !IPV4.matcher(address).matches()) {
            throw wrong(text);
        }
        return new PublishedPort(
                address, port(text, parts.group(2)), port(text, parts.group(3)), "udp".equals(parts.group(4)));
    }

    private static int port(String text, String digits) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw wrong(text);
        }
        return port;
    }

    private static InvalidSpecException wrong(String text) {
        return new InvalidSpecException(
                "published port \"" + text + "\" is not [IP:]HOST:CONTAINER[/udp], such as 127.0.0.1:8080:80");
    }

    /** The format that {@link #parse} accepts. */
    @Override
    public String toString() {
        String where = address.isEmpty() ? "" : (address.contains(":") ? "[" + address + "]" : address) + ":";
        return where + host + ":" + container + (isUdp ? "/udp" : "");
    }
}
