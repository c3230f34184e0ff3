package dev.rustyrun.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A cookie that a container's server sets. All containers and this service have one origin in a browser, so without a path of the
 * port's own it would be sent to other containers; RFC 6265, section 5.
 */
final class PortCookie {

    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f&&[^\\t]]");

    private final PortAddress address;

    PortCookie(PortAddress address) {
        this.address = address;
    }

    /** The cookie {@code text}, for paths below the port only; nothing when it is none. */
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
                // Of several, browsers take the last.
                String given = attribute.length < 2 ? "" : attribute[1].strip();
                path = given.startsWith("/") ? given : directory(address.path());
            } else if (!name.equalsIgnoreCase("Domain")) {
                cookie.append(';').append(parts[i]);
            }
        }
        // Without a slash at its end it is for the port itself too, and for no longer number.
        return Optional.of(cookie.append("; Path=")
                .append(address.prefix())
                .append(path.equals("/") ? "" : path)
                .toString());
    }

    /** The path of a cookie that says none; RFC 6265, section 5.1.4. */
    private static String directory(String path) {
        int last = path.lastIndexOf('/');
        return last <= 0 ? "/" : path.substring(0, last).replace(";", "%3B");
    }
}
