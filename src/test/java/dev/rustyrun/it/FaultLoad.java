package dev.rustyrun.it;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Clients that run commands, create containers and exec in them repeatedly; they ignore errors. */
final class FaultLoad implements AutoCloseable {

    private static final String COMMAND = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"%s\"]}";
    private static final Pattern ID = Pattern.compile("/v1/containers/([0-9a-f]{12})");

    private final int port;
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean over;

    FaultLoad(Server server, int runs, int containers) {
        this.port = server.port();
        for (int i = 0; i < runs + containers; i++) {
            boolean makes = i >= runs;
            Thread caller = new Thread(
                    () -> {
                        while (!over) {
                            if (makes) {
                                container();
                            } else {
                                ask("POST", "/v1/run", COMMAND.formatted("sleep 0.02"));
                            }
                        }
                    },
                    "caller-" + i);
            callers.add(caller);
            caller.start();
        }
    }

    private void container() {
        Matcher made = ID.matcher(ask("POST", "/v1/containers", COMMAND.formatted("sleep 600")));
        if (made.find()) {
            String path = made.group();
            ask("POST", path + "/start", "");
            if (Launcher.isNative()) {
                ask("POST", path + "/exec", "{\"command\": [\"/bin/sh\", \"-c\", \"sleep 0.02\"]}");
            }
            // Retry until the container is deleted, because a DELETE can fail. Each client removes what it has created.
            for (int i = 0; i < 200 && !ask("DELETE", path + "?force=true", "").contains(" 404 "); i++) {
                Thread.onSpinWait();
            }
        }
    }

    /** Sends a request and returns the whole answer, or an empty string if the connection failed. */
    private String ask(String method, String path, String body) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request(port, method, path, body).getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            answered.incrementAndGet();
            return answer;
        } catch (IOException refused) {
            return "";
        }
    }

    static String request(int port, String method, String path, String body) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n"
                + (body.isEmpty() ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** The number of answers received so far. */
    int answered() {
        return answered.get();
    }

    /** Waits until each client has finished its current operations. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        for (Thread caller : callers) {
            caller.join();
        }
    }
}
