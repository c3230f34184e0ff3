package dev.rustyrun.http.listen;

import dev.rustyrun.http.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The accepted HTTP syntax: strictly RFC 9110 and 9112, where libraries are lenient. A proxy and this service might
 * otherwise interpret a malformed request differently (request smuggling).
 */
final class HttpSyntax {

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final Set<String> ONCE = Set.of(
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "expect",
            "authorization",
            "origin",
            "idempotency-key",
            "sec-websocket-key",
            "sec-websocket-version");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[^\\x00-\\x08\\x0a-\\x1f\\x7f]*");
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?");
    /** Excludes controls, spaces, non-ASCII characters, and characters that some parsers treat as a slash or an end. */
    private static final Pattern TARGET = Pattern.compile("[\\x21\\x22\\x24-\\x5b\\x5d-\\x7e]+");

    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})|%00");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private HttpSyntax() {}

    /** The problem with {@code request}, if it is refused. */
    static Optional<Problem> objection(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(undecodable(request.decoderResult().cause()));
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return problem(505, "http-version-not-supported", "this service supports only HTTP/1.1 and HTTP/1.0");
        }
        if (!METHODS.contains(request.method().name())) {
            return problem(501, "not-implemented", "this service does not support this method");
        }
        return headers(request.headers())
                .or(() -> host(request))
                .or(() -> body(request))
                .or(() -> expectation(request.headers()));
    }

    private static Problem undecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(414, "uri-too-long", "the request's first line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(431, "header-fields-too-large", "the request's headers are too large");
        }
        return Problem.of(400, "malformed-request", "the request is not valid HTTP (RFC 9112)");
    }

    private static Optional<Problem> headers(HttpHeaders headers) {
        for (Map.Entry<String, String> header : headers) {
            if (!NAME.matcher(header.getKey()).matches()) {
                return malformed("the name of a header has invalid characters");
            }
            if (!VALUE.matcher(header.getValue()).matches()) {
                return malformed("the value of a header has control characters");
            }
        }
        for (String name : ONCE) {
            if (headers.getAll(name).size() > 1) {
                return malformed("the header " + name + " occurs more than once");
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> host(HttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (host == null) {
            return malformed("the header Host is missing");
        }
        if (!HOST.matcher(host).matches()) {
            return malformed("the header Host must be a name or an address, with or without a port");
        }
        String target = request.uri();
        if (!TARGET.matcher(target).matches()) {
            return malformed("the address has characters that must be written as %XX");
        }
        String path = target.startsWith("/") ? target : pathOf(target, host);
        return path == null
                ? malformed("the address must be a path, or http://HOST/PATH with the HOST of the header")
                : BAD_ESCAPE.matcher(path.split("\\?", 2)[0]).find()
                        ? malformed("the address has a % without two hexadecimal digits, or a NUL")
                        : Optional.empty();
    }

    /** The path of an absolute URI; null if the URI is invalid or its host is not {@code host}. */
    private static String pathOf(String target, String host) {
        try {
            int query = target.indexOf('?');
            URI uri = new URI(query < 0 ? target : target.substring(0, query));
            boolean same = ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && host.equalsIgnoreCase(uri.getRawAuthority());
            return same ? uri.getRawPath() : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static Optional<Problem> body(HttpRequest request) {
        List<String> encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && !LENGTH.matcher(length).matches()) {
            return malformed("Content-Length is not a number of bytes");
        }
        if (encodings.isEmpty()) {
            return Optional.empty();
        }
        if (!encodings.get(0).equalsIgnoreCase("chunked")) {
            return problem(501, "not-implemented", "the only supported Transfer-Encoding is chunked");
        }
        if (length != null) {
            return malformed("Transfer-Encoding and Content-Length must not be used together");
        }
        return request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                ? malformed("HTTP/1.0 has no Transfer-Encoding")
                : Optional.empty();
    }

    private static Optional<Problem> expectation(HttpHeaders headers) {
        String expectation = headers.get(HttpHeaderNames.EXPECT);
        return expectation == null || expectation.equalsIgnoreCase("100-continue")
                ? Optional.empty()
                : problem(417, "expectation-failed", "the only supported expectation is 100-continue");
    }

    private static Optional<Problem> malformed(String detail) {
        return problem(400, "malformed-request", detail);
    }

    private static Optional<Problem> problem(int status, String type, String detail) {
        return Optional.of(Problem.of(status, type, detail));
    }
}
