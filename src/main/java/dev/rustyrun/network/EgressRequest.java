package dev.rustyrun.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The request of a client to the proxy: a host and a port.
 *
 * @param kind the protocol of the request
 * @param ahead the bytes that are sent to the host first
 */
record EgressRequest(Kind kind, String host, int port, byte[] ahead) {

    /** The protocol of a request. */
    enum Kind {
        /** HTTP CONNECT: a tunnel for any bytes. */
        TUNNEL,
        /** An HTTP request with an absolute URL, which is forwarded with the path alone. */
        FORWARD,
        SOCKS
    }

    /** The request is invalid or unsupported. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason);
        }
    }

    /** The time limit for receiving the whole header. */
    private static final long HEADER_NANOS = 10_000_000_000L;

    private static final int MAX_HEADER = 16 * 1024;
    private static final int TLS_PORT = 443;
    private static final int SOCKS5 = 5;
    private static final int SOCKS_CONNECT = 1;
    private static final int SOCKS_REFUSED = 2;
    private static final int SOCKS_UNREACHABLE = 4;
    private static final int SOCKS_NO_SUCH_COMMAND = 7;
    private static final Pattern REQUEST =
            Pattern.compile("([A-Z]{1,20}) (\\S{1,8192}) (HTTP/1\\.[01])", Pattern.CASE_INSENSITIVE);
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^\\[\\]:@/?#\\\\]+))(?::([0-9]{1,5}))?");
    private static final Pattern URL = Pattern.compile("http://([^/?#]+)([/?].*)?", Pattern.CASE_INSENSITIVE);
    /** Header fields that are meant for the proxy, or replaced by values from the request line. */
    private static final Set<String> DROPPED = Set.of("host", "connection", "keep-alive", "upgrade");

    /** Reads a request, with limits on time and size. */
    static EgressRequest read(Socket client) throws IOException {
        Input in = new Input(client);
        int first = in.next();
        return first == SOCKS5 ? socks(client, in) : http(client, in, first);
    }

    private static EgressRequest http(Socket client, Input in, int first) throws IOException {
        String header = in.header(first);
        String[] lines = header.split("\r?\n");
        Matcher request = REQUEST.matcher(lines[0]);
        if (!request.matches()) {
            throw malformed(client, "not an HTTP request");
        }
        if (request.group(1).equals("CONNECT")) {
            Matcher where = AUTHORITY.matcher(request.group(2));
            if (!where.matches() || where.group(3) == null) {
                throw malformed(client, "CONNECT requires HOST:PORT");
            }
            return new EgressRequest(Kind.TUNNEL, host(where), Integer.parseInt(where.group(3)), new byte[0]);
        }
        Matcher url = URL.matcher(request.group(2));
        Matcher where = AUTHORITY.matcher(url.matches() ? url.group(1) : "");
        if (!url.matches() || !where.matches()) {
            throw malformed(client, "the proxy accepts http://HOST/PATH or CONNECT");
        }
        String path = url.group(2) == null ? "/" : url.group(2).startsWith("?") ? "/" + url.group(2) : url.group(2);
        StringBuilder ahead = new StringBuilder(request.group(1) + " " + path + " " + request.group(3) + "\r\n");
        ahead.append("Host: ").append(url.group(1)).append("\r\nConnection: close\r\n");
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1 || lines[i].charAt(0) <= ' ' || lines[i].charAt(colon - 1) <= ' ') {
                throw malformed(client, "not an HTTP header");
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            if (!DROPPED.contains(name) && !name.startsWith("proxy-")) {
                ahead.append(lines[i]).append("\r\n");
            }
        }
        int port = where.group(3) == null ? 80 : Integer.parseInt(where.group(3));
        byte[] bytes = ahead.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return new EgressRequest(Kind.FORWARD, host(where), port, bytes);
    }

    private static String host(Matcher authority) {
        return authority.group(1) != null ? authority.group(1) : authority.group(2);
    }

    private static Refused malformed(Socket client, String reason) throws IOException {
        answer(client, "400 Bad Request", reason);
        return new Refused(reason);
    }

    /** Reads a SOCKS5 request without authentication; RFC 1928. */
    private static EgressRequest socks(Socket client, Input in) throws IOException {
        in.bytes(in.next());
        client.getOutputStream().write(new byte[] {SOCKS5, 0});
        int version = in.next();
        int command = in.next();
        in.next();
        int type = in.next();
        String host =
                switch (type) {
                    case 1 -> InetAddress.getByAddress(in.bytes(4)).getHostAddress();
                    case 3 -> new String(in.bytes(in.next()), StandardCharsets.ISO_8859_1);
                    case 4 -> InetAddress.getByAddress(in.bytes(16)).getHostAddress();
                    default -> throw new Refused("unknown SOCKS address type");
                };
        int port = in.next() << 8 | in.next();
        if (version != SOCKS5 || command != SOCKS_CONNECT) {
            reply(client, SOCKS_NO_SUCH_COMMAND);
            throw new Refused("SOCKS command other than CONNECT");
        }
        return new EgressRequest(Kind.SOCKS, host, port, new byte[0]);
    }

    /**
     * Whether TLS with a server name may follow that must be checked. A client that is allowed to reach an address may
     * use any name there.
     */
    boolean mayBeTls() {
        return kind != Kind.FORWARD
                && port == TLS_PORT
                && AddressRange.address(host).isEmpty();
    }

    /** Answers that the host is connected. */
    void accept(Socket client) throws IOException {
        if (kind == Kind.SOCKS) {
            reply(client, 0);
        } else if (kind == Kind.TUNNEL) {
            client.getOutputStream()
                    .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Answers that the policy does not allow the request. */
    void refuse(Socket client, String reason) throws IOException {
        if (kind == Kind.SOCKS) {
            reply(client, SOCKS_REFUSED);
        } else {
            answer(client, "403 Forbidden", reason);
        }
    }

    /** Answers that the host could not be reached. */
    void fail(Socket client, String reason) throws IOException {
        if (kind == Kind.SOCKS) {
            reply(client, SOCKS_UNREACHABLE);
        } else {
            answer(client, "502 Bad Gateway", reason);
        }
    }

    private static void answer(Socket client, String status, String reason) throws IOException {
        String text = "rustyrun: " + reason + "\n";
        client.getOutputStream()
                .write(("HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
                                + text.length() + "\r\n\r\n" + text)
                        .getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
    }

    private static void reply(Socket client, int code) throws IOException {
        client.getOutputStream().write(new byte[] {SOCKS5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0});
    }

    /** Reads the start of a connection byte by byte, because the bytes after the request are for the host. */
    private static final class Input {
        private final Socket client;
        private final InputStream in;
        private final long end = System.nanoTime() + HEADER_NANOS;

        Input(Socket client) throws IOException {
            this.client = client;
            this.in = client.getInputStream();
        }

        int next() throws IOException {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new Refused("the request takes too long");
            }
            client.setSoTimeout((int) left);
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            return next;
        }

        byte[] bytes(int count) throws IOException {
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = (byte) next();
            }
            return bytes;
        }

        /** Reads the header up to the empty line. */
        String header(int first) throws IOException {
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            int previous = 0;
            for (int next = first; ; next = next()) {
                if (next == '\n' && previous == '\n') {
                    return header.toString(StandardCharsets.ISO_8859_1).stripTrailing();
                }
                if (header.size() == MAX_HEADER) {
                    throw new Refused("the header is too long");
                }
                header.write(next);
                previous = next == '\r' ? previous : next;
            }
        }
    }
}
