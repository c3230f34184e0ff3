package dev.rustyrun.cgroup.systemd;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Parses the addresses of a bus; D-Bus Specification, "Server Addresses". */
final class BusAddress {

    private static final String UNIX = "unix:";
    private static final String PATH = "path=";

    private BusAddress() {}

    /** The paths of the unix sockets in {@code addresses}, in order; other transports are skipped. */
    static List<String> paths(String addresses) {
        List<String> paths = new ArrayList<>();
        for (String address : addresses.split(";")) {
            if (!address.startsWith(UNIX)) {
                continue;
            }
            for (String pair : address.substring(UNIX.length()).split(",")) {
                if (pair.startsWith(PATH)) {
                    paths.add(unescaped(pair.substring(PATH.length())));
                }
            }
        }
        paths.removeIf(path -> !path.startsWith("/") || path.indexOf('\0') >= 0);
        return paths;
    }

    /** Decodes {@code %2f} to a slash; a percent sign without two hexadecimal digits stays unchanged. */
    private static String unescaped(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < text.length; i++) {
            int high = text[i] == '%' && i + 2 < text.length ? Character.digit(text[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text[i + 2], 16);
            if (low >= 0) {
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.write(text[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
