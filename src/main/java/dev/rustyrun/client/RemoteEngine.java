package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.Conversation;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.Images;
import dev.rustyrun.engine.LogOutput;
import dev.rustyrun.engine.LogView;
import dev.rustyrun.engine.ProcessTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The containers of a launch service, over its HTTP API; docs/http.md. */
public final class RemoteEngine implements Engine {

    /** The URL path of the list of containers. */
    public static final String CONTAINERS = "/v1/containers";

    private static final String EVENT = "event: ";
    private static final String DATA = "data: ";
    private static final long MICROS = 1_000_000;

    private final Server server;

    public RemoteEngine(Server server) {
        this.server = server;
    }

    /**
     * The URL path of a container.
     *
     * @throws ClientException when {@code id} is not a container id
     */
    public static String path(String id) {
        if (!id.matches("[0-9a-f]{12}")) {
            throw new ClientException(
                    "container \"" + id + "\" does not exist: an id has 12 hexadecimal digits; list shows the ids");
        }
        return CONTAINERS + "/" + id;
    }

    /** {@code text} encoded for a URL query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Images> images() {
        return Optional.of(new RemoteImages(server));
    }

    @Override
    public JsonNode container(String id) {
        return server.get(path(id));
    }

    @Override
    public List<JsonNode> list(ContainerFilter wanted) {
        StringBuilder filter = new StringBuilder();
        wanted.status().ifPresent(word -> filter.append("&status=").append(encoded(word)));
        wanted.labels().forEach(label -> filter.append("&label=").append(encoded(label)));
        List<JsonNode> all = new ArrayList<>();
        // The link to the next page does not contain the filter.
        for (String next = CONTAINERS + "?limit=1000"; !next.isEmpty(); ) {
            JsonNode page = server.get(next + filter);
            page.path("items").forEach(all::add);
            next = page.path("next").asText("");
        }
        return all;
    }

    @Override
    public List<String> columns() {
        return List.of("id", "status", "launch/rootfs", "launch/image", "created", "launch/command");
    }

    @Override
    public JsonNode awaitEnd(String id, long seconds) {
        return server.post(path(id) + "/wait?timeoutSeconds=" + seconds);
    }

    @Override
    public void kill(String id, String signal, boolean all) {
        server.post(path(id) + "/kill?signal=" + encoded(signal) + (all ? "&all=true" : ""));
    }

    @Override
    public void delete(String id, boolean force) {
        server.delete(path(id) + "?force=" + force);
    }

    @Override
    public void pause(String id) {
        server.post(path(id) + "/pause");
    }

    @Override
    public void resume(String id) {
        server.post(path(id) + "/resume");
    }

    @Override
    public void allow(String id, List<String> hosts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        hosts.forEach(body.putArray("allow")::add);
        server.put(path(id) + "/allow", body);
    }

    @Override
    public JsonNode statistics(String id) {
        return server.get(path(id) + "/stats");
    }

    @Override
    public JsonNode processes(String id) {
        return server.get(path(id) + "/processes").path("items");
    }

    @Override
    public String processTable(String id, List<String> psOptions) {
        if (!psOptions.isEmpty()) {
            throw new ClientException("a server does not support options of ps(1): use rustyrun ps " + id);
        }
        return ProcessTable.of(processes(id));
    }

    @Override
    public void logs(String id, LogView view, LogOutput output) {
        StringBuilder path = new StringBuilder(path(id)).append("/logs?follow=").append(view.follow());
        view.tail().ifPresent(lines -> path.append("&tail=").append(lines));
        if (view.sinceMicros() != 0) {
            Instant since = Instant.ofEpochSecond(
                    Math.floorDiv(view.sinceMicros(), MICROS), Math.floorMod(view.sinceMicros(), MICROS) * 1000);
            path.append("&since=").append(encoded(since.toString()));
        }
        Answer answer = server.ask("GET", path.toString(), Optional.empty(), "text/event-stream");
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(EVENT)) {
                    event = line.substring(EVENT.length());
                } else if (line.startsWith(DATA)) {
                    show(event, new ObjectMapper().readTree(line.substring(DATA.length())), output);
                }
            }
        } catch (IOException e) {
            throw server.lost(e);
        }
    }

    private static void show(String event, JsonNode data, LogOutput output) throws IOException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(data.path("base64").asText(""));
        } catch (IllegalArgumentException e) {
            throw new IOException("the server's response is not base64", e);
        }
        switch (event) {
            case "stdout" -> output.write(1, bytes);
            case "stderr" -> output.write(2, bytes);
            case "truncated" -> output.truncated();
            default -> {}
        }
    }

    @Override
    public Conversation attach(String id, boolean start) {
        return server.webSocket(path(id) + "/attach" + (start ? "?start=true" : ""));
    }

    @Override
    public RuntimeException lost(String id, IOException e) {
        return server.lost(e, "container " + id + " keeps running: rustyrun attach " + id);
    }

    @Override
    public InputStream read(String id, String path) {
        Answer answer =
                server.ask("GET", path(id) + "/files?path=" + encoded(path), Optional.empty(), "application/x-tar");
        return answer.body();
    }

    @Override
    public void write(String id, String path, InputStream tar) throws IOException {
        server.send("PUT", path(id) + "/files?path=" + encoded(path), "application/x-tar", tar);
    }
}
