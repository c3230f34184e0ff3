package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** An HTTP/1.1 response (RFC 9112): status, headers, and the body as a stream that can be read once. */
final class Answer {

    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_JSON = 64 * 1024 * 1024;

    private final Connection connection;
    private final int status;
    private final Map<String, String> headers;

    private Answer(Connection connection, int status, Map<String, String> headers) {
        this.connection = connection;
        this.status = status;
        this.headers = headers;
    }

    /**
     * Reads the status line and the headers, but not the body.
     *
     * @throws IOException when the connection fails or the response is invalid
     */
    static Answer read(Connection connection) throws IOException {
        String[] words = line(connection.in()).split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
            throw new IOException("the server does not speak HTTP/1.1");
        }
        Map<String, String> headers = new HashMap<>();
        int size = 0;
        for (String line = line(connection.in()); !line.isEmpty(); line = line(connection.in())) {
            int colon = line.indexOf(':');
            size += line.length();
            if (colon < 1 || size > MAX_HEAD) {
                throw new IOException("the server does not speak HTTP/1.1: invalid or too large headers");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Answer(connection, Integer.parseInt(words[1]), headers);
    }

    /** The next line of {@code in}, without CR and LF. */
    static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (text.length() > MAX_HEAD) {
                throw new IOException("the server does not speak HTTP/1.1: a line is too long");
            }
            text.append((char) b);
        }
        int end = text.length();
        return text.substring(0, end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    int status() {
        return status;
    }

    /** The value of a header; empty if the header is missing. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The body as it arrives. Closing this stream may leave the connection open. */
    InputStream body() {
        if (status == 204 || status == 101) {
            return InputStream.nullInputStream();
        }
        if (header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return Body.inChunks(connection.in());
        }
        String length = header("content-length");
        return length.matches("[0-9]{1,18}") ? Body.of(connection.in(), Long.parseLong(length)) : connection.in();
    }

    /** Reads the body as JSON and closes the connection; a {@link MissingNode} if the body is empty. */
    JsonNode json() throws IOException {
        try (connection) {
            byte[] bytes = body().readNBytes(MAX_JSON);
            return bytes.length == 0 ? MissingNode.getInstance() : new ObjectMapper().readTree(bytes);
        }
    }

    /** The error message for an error response. */
    static String message(int status, JsonNode problem) {
        String detail = problem.path("detail").asText("the server answers " + status);
        String step = problem.path("step").asText("");
        String hint = status == 401 ? " (--token-file FILE, or RUSTYRUN_TOKEN_FILE)" : "";
        return (step.isEmpty() || detail.contains(step) ? detail : detail + " (" + step + ")") + hint;
    }

    /** {@code text} in the character set of HTTP headers. */
    static byte[] head(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
