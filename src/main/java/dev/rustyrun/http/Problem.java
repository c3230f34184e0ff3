package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.core.Response;

/**
 * An error response in the form of RFC 9457.
 *
 * @param status the HTTP status
 * @param type the last part of the problem's type, such as {@code invalid-field}
 * @param detail one line: what is wrong, where, and how to fix it
 * @param field JSON pointer to the invalid field, or empty
 * @param step the launch step that failed, or empty
 * @param retryAfterSeconds when to try again, or 0
 */
public record Problem(int status, String type, String detail, String field, String step, int retryAfterSeconds) {

    /** The media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPES = "urn:rustyrun:problem:";

    /** A problem with the request as a whole. */
    public static Problem of(int status, String type, String detail) {
        return new Problem(status, type, detail, "", "", 0);
    }

    /** A problem with one field of the request. */
    static Problem field(String pointer, String detail) {
        return new Problem(422, "invalid-field", detail, pointer, "", 0);
    }

    static Problem notFound(String detail) {
        return of(404, "not-found", detail);
    }

    static Problem conflict(String detail) {
        return of(409, "conflict", detail);
    }

    /** The problem of a client that has disconnected; nobody reads it. */
    static Problem callerDisconnected() {
        return of(499, "caller-gone", "the caller has disconnected");
    }

    /** A temporary problem. */
    static Problem busy(int status, String detail, int retryAfterSeconds) {
        return new Problem(
                status, status == 429 ? "too-many-requests" : "unavailable", detail, "", "", retryAfterSeconds);
    }

    /** The exception that ends a request with this problem. */
    public ProblemException exception() {
        return new ProblemException(this);
    }

    /** The problem as JSON. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", TYPES + type)
                .put("title", title(status))
                .put("status", status)
                .put("detail", detail);
        if (!field.isEmpty()) {
            json.put("field", field);
        }
        if (!step.isEmpty()) {
            json.put("step", step);
        }
        return json;
    }

    /** The HTTP name of {@code status}. */
    static String title(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return known != null
                ? known.getReasonPhrase()
                : switch (status) {
                    case 422 -> "Unprocessable Content";
                    case 426 -> "Upgrade Required";
                    case 507 -> "Insufficient Storage";
                    case 499 -> "Client Closed Request";
                    default -> "Error";
                };
    }

    /** Responds with this problem before a resource was found; the rest of the request is not read. */
    void sendBy(HttpServerResponse response) {
        if (retryAfterSeconds > 0) {
            response.putHeader("Retry-After", Integer.toString(retryAfterSeconds));
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", MEDIA_TYPE)
                .putHeader("Connection", "close")
                .end(json().toString());
    }

    Response response() {
        return response(json());
    }

    /** The response with {@code json} as its body. */
    Response response(ObjectNode json) {
        Response.ResponseBuilder response =
                Response.status(status).type(MEDIA_TYPE).entity(json.toString());
        if (retryAfterSeconds > 0) {
            response.header("Retry-After", retryAfterSeconds);
        }
        return response.build();
    }
}
