package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a launch service how it is, for a probe in a container that has no other program to ask with. */
public final class HealthQuestion {

    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;

    private HealthQuestion() {}

    /**
     * Asks the management port.
     *
     * @param url of that port, {@code http://HOST:PORT}
     * @param kind {@code ready}, {@code live} or {@code started}
     * @return what is wrong, in words; empty when nothing is
     */
    public static Optional<String> obstacle(String url, String kind) {
        try {
            Answer answer = ask(ServerAddress.parse(url), "/q/health/" + kind);
            if (answer.status() == OK) {
                return Optional.empty();
            }
            String reasons = reasons(answer.json());
            return Optional.of(url + " answers " + answer.status() + (reasons.isEmpty() ? "" : ": " + reasons));
        } catch (IOException | ClientException e) {
            return Optional.of(message(url, e));
        }
    }

    /**
     * Asks whether somebody answers at a unix socket. A refusal is an answer too: who asks needs no token.
     *
     * @return what is wrong, in words; empty when nothing is
     */
    public static Optional<String> silence(String socket) {
        String url = "unix://" + socket;
        try {
            int status = ask(ServerAddress.parse(url), "/v1/info").status();
            return status < SERVER_ERROR ? Optional.empty() : Optional.of(url + " answers " + status);
        } catch (IOException | ClientException e) {
            return Optional.of(message(url, e));
        }
    }

    private static Answer ask(ServerAddress address, String path) throws IOException {
        Connection connection = Connection.open(address, Optional.empty());
        try {
            connection
                    .out()
                    .write(Answer.head("GET " + path + " HTTP/1.1\r\nHost: " + address.authority()
                            + "\r\nUser-Agent: rustyrun\r\nAccept: application/json\r\nConnection: close\r\n\r\n"));
            connection.out().flush();
            return Answer.read(connection);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /** {@code NAME: REASON} of each check that is down. */
    private static String reasons(JsonNode health) {
        List<String> reasons = new ArrayList<>();
        for (JsonNode check : health.path("checks")) {
            if (!check.path("status").asText().equals("UP")) {
                reasons.add(check.path("name").asText() + ": "
                        + check.path("data").path("reason").asText("down"));
            }
        }
        return String.join("; ", reasons);
    }

    private static String message(String url, Exception e) {
        return e instanceof IOException broken
                ? "the connection to " + url + " failed: " + Connection.reason(broken)
                : e.getMessage();
    }
}
