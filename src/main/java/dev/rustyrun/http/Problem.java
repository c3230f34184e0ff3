package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.core.Response;

/**
 * What is wrong with a request, in the form of RFC 9457.
 *
 * @param status the HTTP status
 * @param type the last word of the problem's type, such as {@code invalid-field}
 * @param detail one line: what is wrong, on what, and what to do about it
 * @param field a JSON pointer to the field that is wrong, or empty
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

    /** The problem of a caller that has disconnected; nobody reads it. */
    static Problem callerGone() {
        return of(499, "caller-gone", "the caller has disconnected");
    }

    /** A problem that may be gone later. */
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

    /** Answers with this problem before a resource has been found; the rest of the request is not read. */
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

    /** The same with additional members. */
    Response response(ObjectNode json) {
        Response.ResponseBuilder response =
                Response.status(status).type(MEDIA_TYPE).entity(json.toString());
        if (retryAfterSeconds > 0) {
            response.header("Retry-After", retryAfterSeconds);
        }
        return response.build();
    }
}
