package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/** Sends requests to a launch service, each over a new connection. Safe for use by several threads. */
public final class Server {

    private static final int PIECE = 32 * 1024;

    private final ServerAddress address;
    private final Optional<SSLSocketFactory> tls;
    private final Optional<String> token;

    /**
     * A client of the service at {@code address}.
     *
     * @param tls creates TLS sockets; for https only
     * @param token bearer token
     */
    public Server(ServerAddress address, Optional<SSLSocketFactory> tls, Optional<String> token) {
        this.address = address;
        this.tls = tls;
        this.token = token;
    }

    /**
     * Sends a GET request; returns the JSON response.
     *
     * @throws ClientException when the request fails
     */
    public JsonNode get(String path) {
        return json("GET", path, Optional.empty());
    }

    JsonNode delete(String path) {
        return json("DELETE", path, Optional.empty());
    }

    JsonNode post(String path) {
        return json("POST", path, Optional.empty());
    }

    /** Sends a PUT request; returns the JSON response. */
    JsonNode put(String path, JsonNode body) {
        return json("PUT", path, Optional.of(body));
    }

    /**
     * Sends a POST request; returns the JSON response.
     *
     * @throws ClientException when the request fails
     */
    public JsonNode post(String path, JsonNode body) {
        return json("POST", path, Optional.of(body));
    }

    private JsonNode json(String method, String path, Optional<JsonNode> body) {
        Answer answer = ask(method, path, body, "application/json");
        try {
            return answer.json();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Sends a request, and returns the response before its body is read.
     *
     * @param accepted the media type of the response
     * @throws ClientException when the connection fails, or the response is an error; the message contains its detail
     */
    Answer ask(String method, String path, Optional<JsonNode> body, String accepted) {
        byte[] bytes = body.map(json -> json.toString().getBytes(StandardCharsets.UTF_8))
                .orElse(new byte[0]);
        String type = body.isPresent() ? "Content-Type: application/json\r\n" : "";
        Connection connection = Connection.open(address, tls);
        try {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(Answer.head(method + " " + path + " HTTP/1.1\r\n" + headers() + "Accept: " + accepted
                    + "\r\n" + type + "Content-Length: " + bytes.length + "\r\nConnection: close\r\n\r\n"));
            request.writeBytes(bytes);
            connection.out().write(request.toByteArray());
            connection.out().flush();
            return checked(Answer.read(connection));
        } catch (IOException e) {
            connection.close();
            throw lost(e);
        }
    }

    /**
     * Opens a WebSocket.
     *
     * @throws ClientException when the connection fails, or the server refuses the request
     */
    WebSocket webSocket(String path) {
        Connection connection = Connection.open(address, tls);
        try {
            String key = WebSocket.newKey();
            connection
                    .out()
                    .write(Answer.head("GET " + path + " HTTP/1.1\r\n" + headers()
                            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                            + key
                            + "\r\n\r\n"));
            connection.out().flush();
            Answer answer = checked(Answer.read(connection));
            if (answer.status() != 101 || !answer.header("sec-websocket-accept").equals(WebSocket.accept(key))) {
                throw new IOException("the server did not open a WebSocket at " + path);
            }
            return new WebSocket(connection);
        } catch (IOException e) {
            connection.close();
            throw lost(e);
        }
    }

    private String headers() {
        return "Host: " + address.authority() + "\r\nUser-Agent: rustyrun\r\n"
                + token.map(text -> "Authorization: Bearer " + text + "\r\n").orElse("");
    }

    private static Answer checked(Answer answer) throws IOException {
        if (answer.status() >= 400) {
            JsonNode problem;
            try {
                problem = answer.json();
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                problem = com.fasterxml.jackson.databind.node.MissingNode.getInstance();
            }
            throw new ClientException(Answer.message(answer.status(), problem));
        }
        return answer;
    }

    /** The error for a lost connection. */
    ClientException lost(IOException e) {
        return new ClientException("the connection to " + address + " failed: " + Connection.reason(e), e);
    }

    /** The error for a lost connection, and its consequence for the user. */
    ClientException lost(IOException e, String consequence) {
        return new ClientException(lost(e).getMessage() + "; " + consequence, e);
    }

    /**
     * Sends a request whose body is all bytes of {@code body}, in chunks; RFC 9112 section 7.1.
     *
     * @throws ClientException when the connection fails, or the response is an error; the message contains its detail
     * @throws IOException when {@code body} cannot be read
     */
    void send(String method, String path, String type, InputStream body) throws IOException {
        try (Connection connection = Connection.open(address, tls)) {
            OutputStream out = connection.out();
            sent(() -> out.write(Answer.head(method + " " + path + " HTTP/1.1\r\n" + headers()
                    + "Accept: application/json\r\nContent-Type: " + type
                    + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")));
            byte[] piece = new byte[PIECE];
            boolean taken = true;
            for (int got = body.read(piece); taken && got >= 0; got = body.read(piece)) {
                int count = got;
                taken = count == 0
                        || sent(() -> {
                            out.write(Answer.head(Integer.toHexString(count) + "\r\n"));
                            out.write(piece, 0, count);
                            out.write(Answer.head("\r\n"));
                        });
            }
            if (taken) {
                sent(() -> {
                    out.write(Answer.head("0\r\n\r\n"));
                    out.flush();
                });
            }
            answerTo(connection);
        }
    }

    /** A write to a connection. */
    private interface Writing {
        void write() throws IOException;
    }

    /**
     * Whether the write succeeded. A failure is not an error yet: a server that refuses a request closes the connection,
     * and its response says why.
     */
    private static boolean sent(Writing writing) {
        try {
            writing.write();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void answerTo(Connection connection) {
        try {
            checked(Answer.read(connection));
        } catch (IOException e) {
            throw lost(e);
        }
    }
}
