package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.Role;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Requests with an Idempotency-Key. Runs in Quarkus, because JAX-RS Responses need its implementation. */
@QuarkusTest
class IdempotencyKeysTest {

    private static final Identity ALICE = new Identity("token:a", Role.LAUNCH);
    private static final Identity BOB = new Identity("token:b", Role.LAUNCH);

    private final IdempotencyKeys keys = new IdempotencyKeys(new Budget(1 << 20));
    private final AtomicInteger done = new AtomicInteger();

    private Response once(String operation, String key, String body) {
        return once(
                operation,
                key,
                body,
                () -> Response.ok(Integer.toString(done.incrementAndGet())).build());
    }

    private Response once(String operation, String key, String body, Supplier<Response> work) {
        return once(ALICE, operation, key, body.getBytes(StandardCharsets.UTF_8), work);
    }

    private Response once(Identity caller, String operation, String key, byte[] body, Supplier<Response> work) {
        return keys.once(caller, operation, key, body, () -> CompletableFuture.completedStage(work.get()))
                .toCompletableFuture()
                .join();
    }

    private static int statusOf(Runnable request) {
        return assertThrows(ProblemException.class, request::run).problem().status();
    }

    @Test
    void the_work_is_done_once_for_a_key_and_its_answer_repeated() {
        assertEquals("1", once("run", "k", "body").getEntity());
        Response again = once("run", "k", "body");
        assertEquals("1", again.getEntity());
        assertEquals("true", again.getHeaderString("Idempotency-Replayed"));
        assertEquals("2", once("run", "other", "body").getEntity());
        assertEquals("3", once("containers", "k", "body").getEntity());
        assertNull(once("run", null, "body").getHeaderString("Idempotency-Replayed"));
        assertEquals(4, done.get());
    }

    @Test
    void another_body_with_the_same_key_is_refused_and_so_is_a_key_of_no_or_too_many_characters() {
        once("run", "k", "body");
        assertEquals(422, statusOf(() -> once("run", "k", "another")));
        assertEquals(400, statusOf(() -> once("run", "", "body")));
        assertEquals(400, statusOf(() -> once("run", "k".repeat(256), "body")));
        assertEquals(1, done.get());
    }

    @Test
    void s6_the_same_key_of_two_callers_is_two_keys() {
        byte[] body = "body".getBytes(StandardCharsets.UTF_8);
        Supplier<Response> work =
                () -> Response.ok(Integer.toString(done.incrementAndGet())).build();
        assertEquals("1", once(ALICE, "run", "k", body, work).getEntity());
        assertEquals("2", once(BOB, "run", "k", body, work).getEntity());
        assertEquals("1", once(ALICE, "run", "k", body, work).getEntity());
        assertEquals("3", once(BOB, "run", "k".repeat(2), body, work).getEntity());
    }

    @Test
    void a_failed_attempt_may_be_repeated() {
        assertThrows(
                IllegalStateException.class,
                () -> once("run", "k", "body", () -> {
                    throw new IllegalStateException();
                }));
        assertEquals(
                500,
                once("run", "k", "body", () -> Response.status(500).build()).getStatus());
        assertEquals("1", once("run", "k", "body").getEntity());
        assertEquals("1", once("run", "k", "body").getEntity());
    }

    @Test
    void the_same_request_while_the_first_is_worked_on_is_a_conflict() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Thread first = new Thread(() -> once("run", "k", "body", () -> {
            begun.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Response.ok("first").build();
        }));
        first.start();
        begun.await();
        assertEquals(409, statusOf(() -> once("run", "k", "body")));
        over.countDown();
        first.join();
        assertEquals("first", once("run", "k", "body").getEntity());
    }

    @Test
    void the_oldest_answers_are_forgotten() {
        for (int i = 0; i < 501; i++) {
            once("run", "k" + i, "body");
        }
        assertEquals("501", once("run", "k500", "body").getEntity());
        assertEquals("502", once("run", "k0", "body").getEntity(), "forgotten, so done anew");
    }
}
