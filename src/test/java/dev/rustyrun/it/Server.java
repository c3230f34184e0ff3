package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code rustyrun serve} as a process of its own with the busybox root file system. Runs until it is closed. */
final class Server implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port = freePort();
    private final int management = freePort();
    private final Path log;
    private final Process process;

    private Server(List<String> prefix, List<String> options) throws IOException {
        log = Files.createTempFile("rustyrun-it", ".log");
        List<String> serve = Launcher.command(
                "serve",
                "--port",
                Integer.toString(port),
                "--management-port",
                Integer.toString(management),
                "--rootfs-folder",
                Launcher.busybox().getParent().toString());
        process = new ProcessBuilder(
                        Stream.of(prefix, serve, options).flatMap(List::stream).toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Host.eventually("serve answers", this::answers, () -> Host.read(log.toString()));
        } catch (AssertionError late) {
            process.destroyForcibly();
            throw late;
        }
    }

    static Server start(String... options) throws IOException {
        return new Server(List.of(), List.of(options));
    }

    /** Starts a server by another command, such as env(1). */
    static Server startBy(List<String> prefix, String... options) throws IOException {
        return new Server(prefix, List.of(options));
    }

    /** A request to a server that may throw. */
    interface Asking<T> {
        T ask() throws IOException, InterruptedException;
    }

    /** Runs a request for callers that cannot throw checked exceptions; wraps them in IllegalStateException. */
    static <T> T quietly(Asking<T> asking) {
        try {
            return asking.ask();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The URL for the client's {@code --host}. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    /** The server's output so far. */
    String log() {
        return Host.read(log.toString());
    }

    long pid() {
        return process.pid();
    }

    /** Whether a connection to the server's port succeeds. */
    boolean listens() {
        try (Socket connected = new Socket("127.0.0.1", port)) {
            return connected.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean answers() {
        try {
            return health("live").statusCode() == 200;
        } catch (IOException notYet) {
            // Refused or reset: the port is open before the server answers.
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> health(String kind) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/q/health/" + kind)));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    HttpResponse<String> post(String path, String json, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** Sends a POST request without waiting for the answer. The caller reads or closes the socket. */
    Socket send(String path, String json, String... headers) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n"
                                + String.join("\r\n", headers) + (headers.length > 0 ? "\r\n" : "") + "\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(body);
        return socket;
    }

    HttpResponse<byte[]> getBytes(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    InputStream getStream(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                client.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    HttpResponse<String> put(String path, String type, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", type).PUT(body));
    }

    /** Opens a web socket and appends each binary message, without its first byte, to {@code heard}. */
    WebSocket webSocket(String path, StringBuffer heard) {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + path), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                        data.get();
                        heard.append(StandardCharsets.UTF_8.decode(data));
                        socket.request(1);
                        return null;
                    }
                })
                .join();
    }

    /** Opens a web socket and sends a first message. */
    WebSocketClient openWebSocket(String path, boolean listens, String first) {
        WebSocketClient socket = openWebSocket(path, listens);
        socket.send(first);
        return socket;
    }

    /** Opens a web socket on which the server sends the first message. */
    WebSocketClient openWebSocket(String path, boolean listens) {
        WebSocketClient socket = new WebSocketClient(listens);
        socket.through(client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + path), socket)
                .join());
        return socket;
    }

    /** Runs a shell script in a container, expects this HTTP status and returns the body. */
    String sh(int status, String script, String... fields) throws IOException, InterruptedException {
        String more = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        HttpResponse<String> answer = post(
                "/v1/run",
                "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(status, answer.statusCode(), answer.body());
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Kills the server with SIGKILL and waits for its end. */
    void kill() throws InterruptedException, IOException {
        process.destroyForcibly().waitFor();
        Files.deleteIfExists(log);
    }

    /** The server's exit status. */
    int exitCode() {
        return process.exitValue();
    }

    /** Sends a signal to the server without waiting for its effect. */
    void signal(String name) {
        Host.signal(process.pid(), name);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        Host.signal(process.pid(), "TERM");
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Host.read(log.toString());
        Files.delete(log);
        assertTrue(ended, "still running after SIGTERM: " + said);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
