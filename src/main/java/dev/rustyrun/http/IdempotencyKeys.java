package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.http.access.Identity;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Stores the responses to requests with an {@code Idempotency-Key}, so that a client that lost a response can repeat
 * the request without a second launch. The latest {@value #MAX_KEYS} are stored until the service stops. Thread-safe.
 */
@Singleton
final class IdempotencyKeys {

    private static final int MAX_KEYS = 500;
    private static final int LONGEST_KEY = 255;

    private record Name(String caller, String operation, String key) {}

    /** The divisor of the budget that gives the maximum for all stored responses. */
    private static final int PART_OF_BUDGET = 4;

    private record Entry(byte[] request, Optional<Response> answer) {

        long bytes() {
            return answer.map(Response::getEntity)
                    .map(entity -> entity instanceof LargeResult large
                            ? large.share().bytes()
                            : 2L * entity.toString().length())
                    .orElse(0L);
        }
    }

    private final Budget budget;
    private long keptBytes;

    private final Map<Name, Entry> entries = new LinkedHashMap<>();

    IdempotencyKeys(Budget budget) {
        this.budget = budget;
    }

    /**
     * Returns the response of {@code work}, which runs once per caller, operation and key; without a key it always
     * runs.
     *
     * @param caller the owner of the key; other callers may use the same key
     * @param operation the kind of request; the same key may be used for another operation
     * @param key the key, or null
     * @throws ProblemException 409 while the first request is still running, 422 if it had a different body
     */
    CompletionStage<Response> once(
            Identity caller, String operation, String key, byte[] body, Supplier<CompletionStage<Response>> work) {
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
            return CompletableFuture.completedStage(known.get());
        }
        boolean begun = false;
        try {
            CompletionStage<Response> answer = work.get()
                    .whenComplete((done, failure) -> end(
                            name, request, Optional.ofNullable(done).filter(response -> response.getStatus() < 500)));
            begun = true;
            return answer;
        } finally {
            if (!begun) {
                end(name, request, Optional.empty());
            }
        }
    }

    private synchronized Optional<Response> begin(Name name, byte[] request) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entries.put(name, new Entry(request, Optional.empty()));
            return Optional.empty();
        }
        if (!Arrays.equals(entry.request, request)) {
            throw Problem.of(
                            422, "idempotency-key-reused", "this Idempotency-Key was used before with a different body")
                    .exception();
        }
        if (entry.answer.isEmpty()) {
            throw Problem.conflict("the first request with this Idempotency-Key is still running")
                    .exception();
        }
        Response answer = entry.answer.get();
        if (answer.getEntity() instanceof LargeResult large) {
            return Optional.of(Response.fromResponse(answer)
                    .entity(large.again())
                    .header("Idempotency-Replayed", "true")
                    .build());
        }
        return Optional.of(Response.fromResponse(answer)
                .header("Idempotency-Replayed", "true")
                .build());
    }

    /** A failed request is not stored, so that it can be repeated with the same key. */
    private synchronized void end(Name name, byte[] request, Optional<Response> answer) {
        entries.remove(name);
        if (answer.isPresent()) {
            keep(name, new Entry(request, answer));
        }
        var oldest = entries.entrySet().iterator();
        while ((entries.size() > MAX_KEYS || keptBytes > budget.max() / PART_OF_BUDGET) && oldest.hasNext()) {
            Entry entry = oldest.next().getValue();
            if (entry.answer.isPresent()) {
                oldest.remove();
                forget(entry);
            }
        }
    }

    private void keep(Name name, Entry entry) {
        if (entry.answer.get().getEntity() instanceof LargeResult large) {
            large.share().hold();
        } else if (!budget.take(entry.bytes())) {
            return;
        }
        keptBytes += entry.bytes();
        entries.put(name, entry);
    }

    private void forget(Entry entry) {
        keptBytes -= entry.bytes();
        if (entry.answer.get().getEntity() instanceof LargeResult large) {
            large.share().release();
        } else {
            budget.giveBack(entry.bytes());
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
