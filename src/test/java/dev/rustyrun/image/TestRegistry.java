package dev.rustyrun.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry in this process, which a test can make misbehave. */
final class TestRegistry implements AutoCloseable {

    /** Replaces one answer. */
    interface Trick {

        void play(HttpExchange exchange) throws IOException;
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final Map<String, byte[]> content = new ConcurrentHashMap<>();
    private final Map<String, Queue<Trick>> tricks = new ConcurrentHashMap<>();

    /** The requests so far: method, path, and the Authorization and Range headers. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    /** The required value of the Authorization header; empty if none is required. */
    volatile String wanted = "";

    /** The WWW-Authenticate header of answers that require authorization. */
    volatile String challenge = "";

    TestRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    void put(String path, byte[] bytes) {
        content.put(path, bytes);
    }

    /** Replaces the answers to the next requests for a path. */
    void next(String path, Trick... more) {
        tricks.computeIfAbsent(path, none -> new ConcurrentLinkedQueue<>()).addAll(List.of(more));
    }

    /** Adds an image with these layers; returns the digest of its manifest. */
    Digest image(String repository, String tag, List<byte[]> layers) {
        StringBuilder diffIds = new StringBuilder();
        List<Descriptor> blobs = new ArrayList<>();
        for (byte[] layer : layers) {
            diffIds.append(diffIds.isEmpty() ? "\"" : ",\"")
                    .append(Digest.of(layer))
                    .append('"');
            blobs.add(blob(repository, Manifest.OCI_LAYER, layer));
        }
        String config = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Cmd\":[\"" + tag
                + "\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + diffIds + "]}}";
        Descriptor configBlob = blob(repository, Manifest.OCI_CONFIG, config.getBytes(StandardCharsets.UTF_8));
        return manifest(repository, tag, ManifestWriter.write(configBlob, blobs));
    }

    Digest manifest(String repository, String tag, byte[] json) {
        put("/v2/" + repository + "/manifests/" + tag, json);
        put("/v2/" + repository + "/manifests/" + Digest.of(json), json);
        return Digest.of(json);
    }

    Descriptor blob(String repository, String mediaType, byte[] bytes) {
        put("/v2/" + repository + "/blobs/" + Digest.of(bytes), bytes);
        return new Descriptor(mediaType, Digest.of(bytes), bytes.length);
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String login = exchange.getRequestHeaders().getFirst("Authorization");
            String range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI()
                    + (login == null ? "" : " " + login) + (range == null ? "" : " " + range));
            exchange.getRequestBody().readAllBytes();
            Trick trick =
                    tricks.getOrDefault(path, new ConcurrentLinkedQueue<>()).poll();
            if (trick != null) {
                trick.play(exchange);
            } else if (!wanted.isEmpty() && path.startsWith("/v2/") && !wanted.equals(login)) {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
                exchange.sendResponseHeaders(401, -1);
            } else if (content.containsKey(path)) {
                send(exchange, content.get(path), range);
            } else {
                send(exchange, 404, "{\"errors\":[{\"code\":\"X_UNKNOWN\",\"message\":\"unknown\\nthing\"}]}");
            }
        } catch (IOException e) {
            // The client has disconnected, which some tests intend.
        }
    }

    private static void send(HttpExchange exchange, byte[] all, String range) throws IOException {
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (all.length - 1) + "/" + all.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, all.length - from == 0 ? -1 : all.length - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(all, from, all.length - from);
        }
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** An answer whose body ends after {@code length} bytes. */
    static Trick brokenAfter(byte[] all, int length) {
        return exchange -> {
            exchange.sendResponseHeaders(200, all.length);
            exchange.getResponseBody().write(all, 0, length);
            exchange.getResponseBody().flush();
            // By now the client should have read these bytes; data in flight may be lost when the connection breaks.
            throw new IOException("broken off");
        };
    }

    static Trick status(int status, Map<String, String> headers) {
        return exchange -> {
            new HashMap<>(headers).forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    static Trick bytes(byte[] bytes) {
        return exchange -> send(exchange, bytes, null);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
