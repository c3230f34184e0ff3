package dev.rustyrun.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A cookie of a container's server. For a browser, all containers and this service have the same origin, so that the
 * cookie gets a path below its port; otherwise it would be sent to other containers. RFC 6265, section 5.
 */
final class PortCookie {

    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f&&[^\\t]]");

    private final PortAddress address;

    PortCookie(PortAddress address) {
        this.address = address;
    }

    /** The cookie {@code text} limited to paths below the port; empty if it is not a valid cookie. */
    Optional<String> confine(String text) {
        if (CONTROL.matcher(text).find()) {
            return Optional.empty();
        }
        String[] parts = text.split(";", -1);
        StringBuilder cookie = new StringBuilder(parts[0]);
        String path = directory(address.path());
        for (int i = 1; i < parts.length; i++) {
            String[] attribute = parts[i].split("=", 2);
            String name = attribute[0].strip();
            if (name.equalsIgnoreCase("Path")) {
                // Browsers use the last of several Path attributes.
                String given = attribute.length < 2 ? "" : attribute[1].strip();
                path = given.startsWith("/") ? given : directory(address.path());
            } else if (!name.equalsIgnoreCase("Domain")) {
                cookie.append(';').append(parts[i]);
            }
        }
        // Without a trailing slash the path also matches the port's own address, but no port that only begins with the
        // same digits.
        return Optional.of(cookie.append("; Path=")
                .append(address.prefix())
                .append(path.equals("/") ? "" : path)
                .toString());
    }

    /** The default path of a cookie; RFC 6265, section 5.1.4. */
    private static String directory(String path) {
        int last = path.lastIndexOf('/');
        return last <= 0 ? "/" : path.substring(0, last).replace(";", "%3B");
    }
}
