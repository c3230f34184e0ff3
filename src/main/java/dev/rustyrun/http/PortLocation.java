package dev.rustyrun.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Location of a redirect by a container's server. A client that follows a redirect to the same host sends its token
 * along; therefore a redirect to this service always leads to the same port of the same container.
 */
final class PortLocation {

    /**
     * A host and port that all clients parse in the same way: no user, no empty port or port with leading zeros, no
     * trailing dot.
     */
    private static final Pattern NORMAL =
            Pattern.compile("([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*|\\[[0-9A-Fa-f:.]+])(:[1-9][0-9]{0,4})?");

    /** The last part of a name that some clients parse as an IPv4 address: decimal, octal or hexadecimal. */
    private static final Pattern NUMBER_AT_END = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9A-Fa-f]*)");

    private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern PORT = Pattern.compile(":[0-9]+$");
    private static final Pattern DOT = Pattern.compile("(?i)\\.|%2e");
    private static final Pattern DOT_DOT = Pattern.compile("(?i)(\\.|%2e){2}");

    private final PortAddress address;
    private final String host;

    /** @param host the host by which the client has addressed this service, with a port if it gave one */
    PortLocation(PortAddress address, String host) {
        this.address = address;
        this.host = host;
    }

    /** The location for the client; empty if {@code location} is not a valid URI. */
    Optional<String> confine(String location) {
        URI uri;
        try {
            uri = new URI(location);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
            return Optional.of(location);
        }
        if (uri.isOpaque()) {
            // Clients parse http:x in different ways.
            return Optional.empty();
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        if (!authority.isEmpty() && !isNormal(authority)) {
            // Some clients may parse it as this service's host.
            return Optional.empty();
        }
        if (!authority.isEmpty() && !isThisService(authority, scheme)) {
            // An IPv6 address has several spellings, so this may be this service.
            return authority.startsWith("[") && host.startsWith("[") ? Optional.empty() : Optional.of(location);
        }
        String path = uri.getRawPath().isEmpty() && !authority.isEmpty() ? "/" : uri.getRawPath();
        String tail = (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                + (uri.getRawFragment() == null ? "" : "#" + uri.getRawFragment());
        if (path.isEmpty()) {
            return Optional.of(tail);
        }
        return Optional.of(address.prefix() + inside(path) + tail);
    }

    private static boolean isNormal(String authority) {
        String name = PORT.matcher(authority).replaceFirst("");
        return NORMAL.matcher(authority).matches()
                && (!NUMBER_AT_END.matcher(name).matches() || IPV4.matcher(name).matches());
    }

    private boolean isThisService(String authority, String scheme) {
        String there = withPort(authority, scheme);
        return there.equalsIgnoreCase(withPort(host, scheme))
                || there.equalsIgnoreCase(withPort(address.host(), scheme));
    }

    private static String withPort(String authority, String scheme) {
        String bare = authority.replaceFirst(":$", "").replaceFirst("\\.(?=:[0-9]+$|$)", "");
        return PORT.matcher(bare).find() ? bare : bare + (scheme.equals("https") ? ":443" : ":80");
    }

    /** The {@code path} on the container's server, relative to the prefix. */
    private String inside(String path) {
        String absolute = path;
        if (path.startsWith(address.prefix() + "/") && !hasDots(path)) {
            // The server knows its prefix from X-Forwarded-Prefix.
            absolute = path.substring(address.prefix().length());
        } else if (!path.startsWith("/")) {
            String base = address.path();
            absolute = base.substring(0, base.lastIndexOf('/') + 1) + path;
        }
        List<String> kept = new ArrayList<>();
        String[] segments = absolute.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            if (DOT_DOT.matcher(segments[i]).matches()) {
                if (!kept.isEmpty()) {
                    kept.remove(kept.size() - 1);
                }
                if (last) {
                    kept.add("");
                }
            } else if (!DOT.matcher(segments[i]).matches()) {
                kept.add(segments[i]);
            } else if (last) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    private static boolean hasDots(String path) {
        for (String segment : path.split("/", -1)) {
            if (DOT_DOT.matcher(segment).matches()) {
                return true;
            }
        }
        return false;
    }
}
