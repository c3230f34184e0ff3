package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.vertx.core.http.HttpServerResponse;

/** Answers a request with a problem before any resource has it. */
final class Refusal {

    private Refusal() {}

    static void send(HttpServerResponse response, Problem problem) {
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        // What is left of the body is not worth reading.
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Connection", "close")
                .end(problem.json().toString());
    }
}
