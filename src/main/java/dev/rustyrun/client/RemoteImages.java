package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ImageRow;
import dev.rustyrun.engine.Images;
import dev.rustyrun.engine.LocalImages.RegistryOptions;
import dev.rustyrun.spec.Sizes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The images of a launch service. The service pulls them with its own registry settings. */
final class RemoteImages implements Images {

    private static final String IMAGES = "/v1/images";
    private static final String EVENT = "event: ";
    private static final String DATA = "data: ";
    private static final int SHORT = 12;

    private final Server server;

    RemoteImages(Server server) {
        this.server = server;
    }

    /** The URL path of an image. The slashes of its name are part of the path, so they are not encoded. */
    private static String path(String name) {
        return IMAGES + "/"
                + RemoteEngine.encoded(name)
                        .replace("%2F", "/")
                        .replace("%3A", ":")
                        .replace("%40", "@");
    }

    @Override
    public String pull(String name, RegistryOptions options, PrintStream messages, boolean quiet) {
        if (!options.tlsVerify() || options.plainHttp() || !options.authFile().isEmpty()) {
            throw new ClientException("a server uses its own registry settings: --tls-verify, --plain-http and"
                    + " --authfile are for local images only");
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("image", name);
        if (!options.platform().isEmpty()) {
            body.put("platform", options.platform());
        }
        Answer answer = server.ask("POST", IMAGES, Optional.of(body), "text/event-stream");
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(EVENT)) {
                    event = line.substring(EVENT.length());
                } else if (line.startsWith(DATA)) {
                    JsonNode data = new ObjectMapper().readTree(line.substring(DATA.length()));
                    if (event.equals("image")) {
                        return data.path("id").asText();
                    }
                    if (event.equals("problem")) {
                        throw new ClientException(
                                Answer.message(data.path("status").asInt(), data));
                    }
                    if (!quiet) {
                        data.path("layers").forEach(layer -> show(layer, messages));
                    }
                }
            }
        } catch (IOException e) {
            throw server.lost(e);
        }
        throw server.lost(new IOException("the response ended before the image was pulled"));
    }

    private static void show(JsonNode layer, PrintStream messages) {
        String state = layer.path("state").asText();
        if (state.equals("pulled") || state.equals("exists")) {
            String digest =
                    layer.path("digest").asText().replaceFirst(".*:", "").replaceAll("[^0-9a-f]", "");
            String id = digest.substring(0, Math.min(SHORT, digest.length()));
            String size =
                    state.equals("pulled") ? ", " + Sizes.of(layer.path("total").asLong()) : "";
            messages.println(id + ": " + state + size);
        }
    }

    @Override
    public List<ImageRow> list() {
        List<ImageRow> rows = new ArrayList<>();
        server.get(IMAGES)
                .path("items")
                .forEach(item -> rows.add(new ImageRow(
                        item.path("id").asText(),
                        item.path("repository").asText(),
                        item.path("tag").asText(),
                        item.path("digest").asText(),
                        item.path("created").asText(),
                        item.path("size").asLong(),
                        item.path("platform").asText())));
        return rows;
    }

    @Override
    public JsonNode inspect(String name) {
        return server.get(path(name));
    }

    @Override
    public List<String> remove(String image, boolean force) {
        List<String> lines = new ArrayList<>();
        server.delete(path(image) + "?force=" + force).path("removed").forEach(line -> lines.add(line.asText()));
        return lines;
    }
}
