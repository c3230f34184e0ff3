package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks the health of a launch service, for probes in a container whose image has no HTTP client such as curl. */
public final class HealthQuestion {

    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;

    private HealthQuestion() {}

    /**
     * Requests {@code /q/health/KIND} from the management port.
     *
     * @param url URL of the management port, {@code http://HOST:PORT}
     * @param kind {@code ready}, {@code live} or {@code started}
     * @return the problem; empty when the service is healthy
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
     * Checks that a service responds on a unix socket. The check needs no token: it also accepts a response with a
     * status of 4xx.
     *
     * @return the problem; empty when the service responds
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

    /** The failed checks as {@code NAME: REASON}, separated by semicolons. */
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
