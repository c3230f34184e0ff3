package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What must happen after a request happens although its client has disconnected. */
class ReturnedStageTest {

    @Test
    void an_action_runs_although_the_returned_stage_was_cancelled() {
        for (boolean minimal : List.of(false, true)) {
            CompletableFuture<String> whole = new CompletableFuture<>();
            CompletionStage<String> work = minimal ? whole.minimalCompletionStage() : whole;
            AtomicInteger released = new AtomicInteger();
            CompletionStage<String> returned =
                    ReturnedStage.of(work.whenComplete((answer, failure) -> released.incrementAndGet()));
            assertTrue(((CompletableFuture<String>) returned).cancel(true));
            assertEquals(0, released.get(), "the work goes on");
            whole.complete("answer");
            assertEquals(1, released.get());
        }
    }

    @Test
    void the_stage_completes_or_fails_as_the_work_does() {
        assertEquals(
                "answer",
                ReturnedStage.of(CompletableFuture.completedStage("answer"))
                        .toCompletableFuture()
                        .join());
        assertTrue(ReturnedStage.of(CompletableFuture.failedStage(new IllegalStateException()))
                .toCompletableFuture()
                .isCompletedExceptionally());
    }
}
