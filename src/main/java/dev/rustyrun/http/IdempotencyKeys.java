package dev.rustyrun.http;

import dev.rustyrun.http.access.Identity;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The answers to requests that carried an {@code Idempotency-Key}, so that a caller who lost one can ask again without
 * launching twice. The latest {@value #MOST} are kept, until the service stops. Safe for use by several threads.
 */
@Singleton
final class IdempotencyKeys {

    private static final int MOST = 500;
    private static final int LONGEST_KEY = 255;

    private record Name(String caller, String operation, String key) {}

    private record Entry(byte[] request, Optional<Response> answer) {}

    private final Map<Name, Entry> entries = new LinkedHashMap<>();

    /**
     * The answer of {@code work}, which is done once for each key of a caller; every time when there is no key.
     *
     * @param caller whose key it is: others may use the same
     * @param operation what is asked for: the same key may be used for another operation
     * @param key or null
     * @throws ProblemException 409 while the first request is being worked on, 422 when it had another body
     */
    Response once(Identity caller, String operation, String key, byte[] body, Supplier<Response> work) {
        if (key == null) {
            return work.get();
        }
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            throw Problem.of(400, "invalid-header", "Idempotency-Key must have 1 to " + LONGEST_KEY + " characters")
                    .exception();
        }
        Name name = new Name(caller.name(), operation, key);
        byte[] request = digest(body);
        Optional<Response> known = begin(name, request);
        if (known.isPresent()) {
            return known.get();
        }
        Optional<Response> answer = Optional.empty();
        try {
            Response done = work.get();
            answer = done.getStatus() < 500 ? Optional.of(done) : answer;
            return done;
        } finally {
            end(name, request, answer);
        }
    }

    private synchronized Optional<Response> begin(Name name, byte[] request) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entries.put(name, new Entry(request, Optional.empty()));
            return Optional.empty();
        }
        if (!Arrays.equals(entry.request, request)) {
            throw Problem.of(422, "idempotency-key-reused", "this Idempotency-Key came before, with another body")
                    .exception();
        }
        if (entry.answer.isEmpty()) {
            throw Problem.conflict("the first request with this Idempotency-Key is still being worked on")
                    .exception();
        }
        Response answer = entry.answer.get();
        return Optional.of(Response.fromResponse(answer)
                .header("Idempotency-Replayed", "true")
                .build());
    }

    /** A request that failed may be tried again with the same key. */
    private synchronized void end(Name name, byte[] request, Optional<Response> answer) {
        entries.remove(name);
        if (answer.isPresent()) {
            entries.put(name, new Entry(request, answer));
        }
        var oldest = entries.entrySet().iterator();
        while (entries.size() > MOST && oldest.hasNext()) {
            if (oldest.next().getValue().answer.isPresent()) {
                oldest.remove();
            }
        }
    }

    private static byte[] digest(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
