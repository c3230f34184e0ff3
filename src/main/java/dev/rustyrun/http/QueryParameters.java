package dev.rustyrun.http;

import dev.rustyrun.request.Suggestion;
import dev.rustyrun.spec.JsonFault;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/**
 * The allowed query parameters of each address. JAX-RS ignores unknown parameters, takes the first of several values,
 * reads every word except "true" as "false", and responds 404 to an invalid number. This class reports a problem with
 * the parameter's name instead.
 */
final class QueryParameters {

    /** By class and method of the resource; a test compares this map with the annotations. */
    static final Map<String, Set<String>> KNOWN = Map.of(
            "ContainersResource.list", Set.of("status", "label", "limit", "after"),
            "ContainersResource.delete", Set.of("force"),
            "ContainersResource.kill", Set.of("signal", "all"),
            "ContainersResource.await", Set.of("timeoutSeconds"),
            "LogsResource.logs", Set.of("follow", "tail", "since"),
            "FilesResource.get", Set.of("path"),
            "FilesResource.put", Set.of("path"),
            "ImagesResource.delete", Set.of("force"));

    private static final Set<String> REPEATABLE = Set.of("label");

    @ServerRequestFilter
    Response check(UriInfo uri, SimpleResourceInfo resource) {
        Map<String, List<String>> asked = uri.getQueryParameters();
        if (asked.isEmpty() || !resource.getResourceClass().getPackageName().equals("dev.rustyrun.http")) {
            return null;
        }
        String name = resource.getResourceClass().getSimpleName().replaceFirst("_Subclass$", "") + "."
                + resource.getMethodName();
        return objection(KNOWN.getOrDefault(name, Set.of()), asked)
                .map(Problem::response)
                .orElse(null);
    }

    /** The problem with the parameter names of a query, if any. */
    static Optional<Problem> objection(Set<String> known, Map<String, List<String>> asked) {
        for (Map.Entry<String, List<String>> parameter : asked.entrySet()) {
            String name = parameter.getKey();
            if (!known.contains(name)) {
                return Optional.of(Problem.field(
                        "/" + JsonFault.shown(name),
                        JsonFault.quoted(name) + " is not a query parameter of this address"
                                + Suggestion.of(name, known)));
            }
            if (parameter.getValue().size() > 1 && !REPEATABLE.contains(name)) {
                return Optional.of(Problem.field("/" + name, name + " is given more than once"));
            }
        }
        return Optional.empty();
    }

    /** Parses true or false; the default is false. */
    static boolean flag(String name, String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (!text.equals("true")) {
            throw Problem.field("/" + name, name + " must be true or false").exception();
        }
        return true;
    }

    /** Parses a whole number within limits; the default is {@code defaultValue}. */
    static long whole(String name, String text, long defaultValue, long min, long max) {
        if (text == null) {
            return defaultValue;
        }
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < min || Long.parseLong(text) > max) {
            throw Problem.field("/" + name, name + " must be a whole number from " + min + " to " + max)
                    .exception();
        }
        return Long.parseLong(text);
    }
}
