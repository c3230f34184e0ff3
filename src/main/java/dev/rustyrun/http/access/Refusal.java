package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.vertx.core.http.HttpServerResponse;

/** Responds to a request with a problem before it reaches a resource. */
final class Refusal {

    private Refusal() {}

    static void send(HttpServerResponse response, Problem problem) {
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        // Closes the connection, because the rest of the body is not read.
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Connection", "close")
                .end(problem.json().toString());
    }
}
