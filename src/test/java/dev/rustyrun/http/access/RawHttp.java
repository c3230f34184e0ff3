package dev.rustyrun.http.access;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Sends HTTP requests byte by byte, which no client library would send. */
final class RawHttp {

    private static final int PATIENCE_MILLIS = 60_000;

    /**
     * An answer.
     *
     * @param status 0 if the connection was closed without an answer
     * @param body of the length in {@code Content-Length}; empty without that header
     */
    record Answer(int status, String head, String body) {

        boolean isProblem() {
            return head.toLowerCase(Locale.ROOT).contains("content-type: application/problem+json");
        }
    }

    private final int port;

    RawHttp(int port) {
        this.port = port;
    }

    /** Sends a request with the headers that every request needs and with Connection: close. */
    Answer request(String line, List<String> headers, String body) throws IOException {
        return send(line + "\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n"
                + headers.stream().map(header -> header + "\r\n").reduce("", String::concat)
                + "\r\n" + body);
    }

    /** Sends {@code text} unchanged, in Latin-1. */
    Answer send(String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException closed) {
                // The server has closed the connection; an answer that it sent before can still be read.
            }
            return answer(socket.getInputStream());
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head = "";
        try {
            while (!head.endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    return new Answer(status(head), head, "");
                }
                bytes.write(next);
                head = bytes.toString(StandardCharsets.ISO_8859_1);
            }
            return new Answer(status(head), head, new String(in.readNBytes(length(head)), StandardCharsets.UTF_8));
        } catch (java.net.SocketException reset) {
            return new Answer(status(head), head, "");
        }
    }

    private static int status(String head) {
        return head.startsWith("HTTP/1.") && head.length() > 12 ? Integer.parseInt(head.substring(9, 12)) : 0;
    }

    private static int length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }
}
