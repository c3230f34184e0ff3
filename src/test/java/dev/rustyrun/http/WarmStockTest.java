package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.it.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the warm pool hands out, and what it does not, with something that costs less than launches. */
class WarmStockTest {

    private static final class Loaf {
        private final int number;
        private volatile boolean alive = true;
        private volatile int discarded;

        Loaf(int number) {
            this.number = number;
        }
    }

    private static final class Bakery implements WarmStock.Goods<Loaf> {

        private final AtomicInteger made = new AtomicInteger();
        private final Set<Loaf> all = ConcurrentHashMap.newKeySet();

        @Override
        public Loaf begin() {
            Loaf loaf = new Loaf(made.incrementAndGet());
            all.add(loaf);
            return loaf;
        }

        @Override
        public boolean isAlive(Loaf waiting) {
            return waiting.alive;
        }

        @Override
        public String failure(Loaf ended) {
            return "loaf " + ended.number + " is stale";
        }

        @Override
        public synchronized void discard(Loaf left) {
            left.discarded++;
        }
    }

    private final Bakery bakery = new Bakery();
    private WarmStock<Loaf> stock = new WarmStock<>(bakery, 0);

    private void keep(int size) {
        stock = new WarmStock<>(bakery, size);
        stock.start();
        Host.eventually(size + " wait", () -> stock.waiting() == size);
    }

    @AfterEach
    void close() {
        stock.stop();
    }

    private Optional<Loaf> takeIf(boolean fits) {
        // As a launch does: what is dead fits nobody.
        return stock.take(loaf -> loaf.alive && fits);
    }

    @Test
    void what_fits_is_handed_out_once_and_replaced() {
        keep(2);
        Set<Integer> numbers = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 20; i++) {
            Host.eventually("one waits", () -> stock.waiting() > 0);
            assertTrue(numbers.add(takeIf(true).orElseThrow().number), "handed out twice");
        }
        Host.eventually("all are replaced", () -> stock.waiting() == 2);
        assertEquals(22, bakery.made.get());
    }

    @Test
    void what_does_not_fit_goes_on_waiting_for_the_next_one() {
        keep(1);
        assertEquals(Optional.empty(), takeIf(false));
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void what_has_died_is_discarded_and_replaced() {
        keep(1);
        Loaf dead = bakery.all.iterator().next();
        dead.alive = false;
        assertEquals(Optional.empty(), takeIf(true));
        assertEquals(1, dead.discarded);
        Host.eventually("another waits", () -> stock.waiting() == 1);
        assertEquals(2, takeIf(true).orElseThrow().number);
    }

    @Test
    void none_are_made_where_none_are_wanted() {
        keep(0);
        assertEquals(Optional.empty(), takeIf(true));
        assertEquals(0, bakery.made.get());
    }

    @Test
    void several_takers_at_once_never_get_the_same() throws InterruptedException {
        keep(3);
        Set<Integer> numbers = ConcurrentHashMap.newKeySet();
        AtomicInteger got = new AtomicInteger();
        List<Thread> takers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean fits = i > 0;
            takers.add(new Thread(() -> {
                for (int turn = 0; turn < 2000; turn++) {
                    takeIf(fits).ifPresent(loaf -> {
                        numbers.add(loaf.number);
                        got.incrementAndGet();
                    });
                }
            }));
        }
        takers.forEach(Thread::start);
        for (Thread taker : takers) {
            taker.join();
        }
        assertTrue(got.get() >= 3);
        assertEquals(got.get(), numbers.size());
    }

    @Test
    void at_the_end_what_waits_is_discarded_and_nothing_is_kept_any_more() {
        keep(2);
        Loaf taken = takeIf(true).orElseThrow();
        stock.stop();
        assertEquals(0, stock.waiting());
        assertEquals(0, taken.discarded, "it is its taker's");
        Host.eventually(
                "the others are discarded once",
                () -> bakery.all.stream().allMatch(loaf -> loaf.discarded == (loaf == taken ? 0 : 1)));
        assertFalse(takeIf(true).isPresent());
    }
}
