package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code logs}: prints what a container has written, on the streams on which it did. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints what a container has written to stdout and stderr.")
final class LogsCommand implements Client.Command {

    private static final String EVENT = "event: ";
    private static final String DATA = "data: ";

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the container ends.")
    private boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N",
            description = "Begin with the last N lines.")
    private Optional<Long> tail = Optional.empty();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Begin at this time, such as 2026-01-31T12:00:00Z, or seconds since 1970.")
    private Optional<String> since = Optional.empty();

    @Override
    public int perform(Client client) {
        StringBuilder path =
                new StringBuilder(Client.path(id)).append("/logs?follow=").append(follow);
        tail.ifPresent(lines -> path.append("&tail=").append(lines));
        since.ifPresent(time -> path.append("&since=").append(URLEncoder.encode(time, StandardCharsets.UTF_8)));
        Answer answer = client.server().ask("GET", path.toString(), Optional.empty(), "text/event-stream");
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(EVENT)) {
                    event = line.substring(EVENT.length());
                } else if (line.startsWith(DATA)) {
                    show(client, event, new ObjectMapper().readTree(line.substring(DATA.length())));
                }
            }
        } catch (IOException e) {
            throw client.server().lost(e);
        }
        return 0;
    }

    private static void show(Client client, String event, JsonNode data) {
        byte[] bytes = Base64.getDecoder().decode(data.path("base64").asText(""));
        switch (event) {
            case "stdout" -> client.print(1, bytes);
            case "stderr" -> client.print(2, bytes);
            case "truncated" -> client.tell("warning: the server kept no more of the log than this");
            default -> {}
        }
    }
}
