package dev.rustyrun.http;

import dev.rustyrun.engine.ImageFailure;
import dev.rustyrun.engine.service.RefusedException;
import dev.rustyrun.request.FieldException;
import dev.rustyrun.request.MalformedJsonException;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.HostFailure;
import dev.rustyrun.spec.InvalidSpecException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception of a request into a {@link Problem}. */
final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final int SOON = 1;
    private static final String IMAGE = "/image";

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        return of(e).response();
    }

    @ServerExceptionMapper
    Response http(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        String title = Problem.title(status);
        String detail =
                switch (status) {
                    case 404 -> "this address does not exist; /q/openapi lists all addresses";
                    case 405 -> "this address does not support this method; /q/openapi lists its methods";
                    case 406 -> "this address supports none of the media types in Accept";
                    case 413 -> "the body is larger than this service allows";
                    case 415 -> "this address does not support this Content-Type; use application/json";
                    default -> title;
                };
        return Problem.of(status, title.toLowerCase(Locale.ROOT).replace(' ', '-'), detail)
                .response();
    }

    @ServerExceptionMapper
    Response exhausted(VirtualMachineError e) {
        return of(e).response();
    }

    @ServerExceptionMapper
    Response unexpected(RuntimeException e) {
        return of(e).response();
    }

    /** The problem for {@code e}; logged unless the client caused it. */
    static Problem of(Throwable e) {
        if (e instanceof CompletionException && e.getCause() != null) {
            return of(e.getCause());
        }
        if (e instanceof ProblemException known) {
            return known.problem();
        }
        if (e instanceof RefusedException refused) {
            return of(refused);
        }
        if (e instanceof FieldException wrong) {
            return Problem.field(wrong.pointer(), wrong.inJson());
        }
        if (e instanceof MalformedJsonException) {
            return Problem.of(400, "malformed-json", e.getMessage());
        }
        if (e instanceof ContainerException failed) {
            return of(failed);
        }
        if (e instanceof ImageFailure failed) {
            return of(failed);
        }
        if (e instanceof InvalidSpecException) {
            return Problem.of(422, "invalid-request", e.getMessage());
        }
        if (e instanceof VirtualMachineError) {
            LOG.errorf("a request needed more memory than is available: %s", e.getMessage());
            return Problem.busy(503, "the service has not enough memory at the moment", SOON);
        }
        Optional<HostFailure> failure = HostFailure.of(e);
        if (failure.isPresent()) {
            return of(failure.get());
        }
        LOG.error("a request failed unexpectedly", e);
        return Problem.of(500, "unexpected", "the request failed unexpectedly; see the service's log");
    }

    private static Problem of(RefusedException e) {
        return switch (e.kind()) {
            case TOO_MANY -> Problem.busy(429, e.getMessage(), e.retryAfterSeconds());
            case UNAVAILABLE -> Problem.busy(503, e.getMessage(), e.retryAfterSeconds());
            case DISCONNECTED -> Problem.callerDisconnected();
        };
    }

    private static Problem of(ImageFailure e) {
        String detail = e.getMessage();
        return switch (e.kind()) {
            case NAME -> Problem.field(IMAGE, detail);
            case NOT_ALLOWED -> image(422, "image-not-allowed", detail);
            case UNKNOWN -> Problem.notFound(detail);
            case NOT_FOUND -> image(422, "image-not-found", detail);
            case DENIED -> image(422, "registry-denied", detail);
            case WRONG -> image(502, "wrong-image", detail);
            case UNAVAILABLE -> image(502, "registry-unavailable", detail);
            case FULL -> Problem.of(507, "insufficient-storage", detail);
            case IN_USE -> Problem.of(409, "image-in-use", detail);
            case BUSY -> Problem.busy(429, detail, SOON);
            case UNUSABLE -> image(422, "image-unusable", detail);
        };
    }

    private static Problem image(int status, String type, String detail) {
        return new Problem(status, type, detail, IMAGE, "", 0);
    }

    private static Problem of(ContainerException e) {
        String detail = e.getMessage();
        return switch (e.kind()) {
            case NOT_FOUND -> Problem.notFound(detail);
            case CONFLICT -> Problem.conflict(detail);
            case BUSY -> Problem.busy(503, detail, SOON);
            case NO_IDS -> {
                LOG.warn(detail);
                yield Problem.busy(503, detail, SOON);
            }
            case INVALID -> Problem.field("/" + e.argument(), detail);
            case INVALID_ARCHIVE -> Problem.of(422, "invalid-archive", detail);
            case COMPRESSED -> Problem.of(415, "unsupported-media-type", detail);
            case TOO_LARGE -> Problem.of(413, "content-too-large", detail);
            case NO_ROOM -> Problem.of(507, "no-room", detail);
            case NEEDS_NATIVE -> Problem.of(501, "needs-native", detail);
        };
    }

    private static Problem of(HostFailure e) {
        String detail = e.detail();
        return switch (e.kind()) {
            case FULL ->
                Problem.of(507, "insufficient-storage", "no space left in the data folder of containers: " + detail);
            case READ_ONLY ->
                Problem.of(
                        507,
                        "insufficient-storage",
                        "the data of containers cannot be written: EROFS (read-only file system): " + detail);
            case SHORTAGE -> logged(Shortage.noted(detail));
            case KERNEL -> logged(Problem.of(500, "kernel", detail));
            case CGROUP -> logged(Problem.of(500, "cgroup", detail));
        };
    }

    private static Problem logged(Problem problem) {
        LOG.error(problem.detail());
        return problem;
    }
}
