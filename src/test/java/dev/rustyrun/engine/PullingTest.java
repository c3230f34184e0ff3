package dev.rustyrun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.image.Digest;
import dev.rustyrun.image.Progress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PullingTest {

    private static final Digest ONE = Digest.parse("sha256:" + "1".repeat(64));
    private static final Digest TWO = Digest.parse("sha256:" + "2".repeat(64));

    @AfterEach
    void forget() {
        Thread.interrupted();
    }

    @Test
    void only_the_last_waiter_ends_it() {
        Pulling pulling = new Pulling();
        Pulling.Waiter first = pulling.join().orElseThrow();
        Pulling.Waiter second = pulling.join().orElseThrow();
        assertTrue(pulling.begin());
        first.leave();
        first.leave();
        assertFalse(Thread.currentThread().isInterrupted());
        second.leave();
        assertTrue(Thread.currentThread().isInterrupted());
        assertEquals(Optional.empty(), pulling.join(), "nobody joins one that was given up");
    }

    @Test
    void a_launch_without_a_waiting_caller_does_not_start() {
        Pulling pulling = new Pulling();
        pulling.join().orElseThrow().leave();
        assertFalse(pulling.begin());
    }

    @Test
    void unpacking_is_not_interrupted() {
        Pulling pulling = new Pulling();
        Pulling.Waiter waiter = pulling.join().orElseThrow();
        pulling.begin();
        pulling.unpacks();
        waiter.leave();
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void each_waiter_gets_the_changes_since_its_request() {
        Pulling pulling = new Pulling();
        Pulling.Waiter early = pulling.join().orElseThrow();
        Progress progress = pulling.progress();
        progress.begin(ONE, 10);
        progress.begin(TWO, 20);
        assertEquals(2, early.news().orElseThrow().path("layers").size());
        assertEquals(Optional.empty(), early.news());
        progress.advance(TWO, 5);
        assertEquals(
                "[{\"digest\":\"" + TWO + "\",\"state\":\"pulling\",\"bytes\":5,\"total\":20}]",
                early.news().orElseThrow().path("layers").toString());
        Pulling.Waiter late = pulling.join().orElseThrow();
        assertEquals(2, late.news().orElseThrow().path("layers").size());
    }

    @Test
    void all_waiters_get_its_end_and_nobody_joins_afterwards() {
        Pulling pulling = new Pulling();
        Pulling.Waiter waiter = pulling.join().orElseThrow();
        AtomicInteger told = new AtomicInteger();
        waiter.watch(told::incrementAndGet);
        pulling.begin();
        pulling.end(new ImageFailure(ImageFailure.Kind.WRONG, "why"));
        assertTrue(told.get() > 0);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        waiter.outcome().whenComplete((done, e) -> failure.set(e));
        assertEquals("why", failure.get().getCause().getMessage());
        assertEquals(Optional.empty(), pulling.join());
        waiter.leave();
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
