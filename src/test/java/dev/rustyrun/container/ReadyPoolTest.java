package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import dev.rustyrun.it.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The warm pool hands out only what fits and works. Its items are cheaper than launches. */
class ReadyPoolTest {

    private static final class Loaf {
        private final int number;
        private volatile boolean alive = true;
        private volatile int discarded;

        Loaf(int number) {
            this.number = number;
        }
    }

    private static final class Bakery implements ReadyPool.Source<Loaf> {

        private final AtomicInteger made = new AtomicInteger();
        /** The number of next attempts to make an item that fail. */
        private final AtomicInteger burning = new AtomicInteger();
        /** The number of next attempts to discard an item that fail. */
        private final AtomicInteger stuck = new AtomicInteger();

        private final Set<Loaf> all = ConcurrentHashMap.newKeySet();
        private final Set<Integer> unwanted = ConcurrentHashMap.newKeySet();

        @Override
        public Loaf begin(List<Loaf> waiting) {
            if (burning.getAndDecrement() > 0) {
                throw new OutOfMemoryError("burnt");
            }
            Loaf loaf = new Loaf(made.incrementAndGet());
            all.add(loaf);
            return loaf;
        }

        @Override
        public boolean isAlive(Loaf waiting) {
            return waiting.alive;
        }

        @Override
        public List<Loaf> surplus(List<Loaf> waiting) {
            return waiting.stream()
                    .filter(loaf -> unwanted.contains(loaf.number))
                    .toList();
        }

        @Override
        public String failure(Loaf ended) {
            return "loaf " + ended.number + " is stale";
        }

        @Override
        public synchronized void discard(Loaf left) {
            if (stuck.getAndDecrement() > 0) {
                throw new StackOverflowError("stuck");
            }
            left.discarded++;
        }
    }

    private final Bakery bakery = new Bakery();
    private final Clearing clearing = new Clearing(new Timers(), new Steps());
    private ReadyPool<Loaf> stock = new ReadyPool<>(bakery, 0, clearing);

    private void keep(int size) {
        stock = new ReadyPool<>(bakery, size, clearing);
        stock.start();
        Host.eventually(size + " wait", () -> stock.waiting() == size);
    }

    @AfterEach
    void close() {
        stock.stop();
    }

    private Optional<Loaf> takeIf(boolean fits) {
        // As launches do, never accept a dead item.
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
    void what_has_died_is_discarded_and_replaced_though_nobody_asks_for_it() {
        keep(1);
        Loaf dead = bakery.all.iterator().next();
        dead.alive = false;
        Host.eventually("it is discarded", () -> dead.discarded == 1);
        Host.eventually("another waits", () -> stock.waiting() == 1);
        assertEquals(2, takeIf(true).orElseThrow().number);
    }

    @Test
    void an_error_while_one_is_made_does_not_end_the_making() {
        bakery.burning.set(1);
        keep(1);
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void one_that_cannot_be_compared_with_what_is_wanted_is_not_lost() {
        keep(1);
        assertThrows(
                AssertionError.class,
                () -> stock.take(loaf -> {
                    throw new AssertionError("a launch that cannot be");
                }));
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void what_cannot_be_discarded_is_discarded_later() {
        keep(1);
        bakery.stuck.set(2);
        Loaf dead = bakery.all.iterator().next();
        dead.alive = false;
        Host.eventually("it is discarded", () -> dead.discarded == 1);
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
        assertTrue(got.get() >= 1);
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

    @Test
    void the_first_that_fits_is_taken_and_the_others_stay_in_their_order() {
        keep(3);
        List<Integer> asked = new ArrayList<>();
        Loaf taken = stock.take(loaf -> {
                    asked.add(loaf.number);
                    return loaf.number == 2;
                })
                .orElseThrow();
        assertEquals(2, taken.number);
        assertEquals(List.of(3, 2), asked, "the last that was made is the first");
        assertEquals(3, stock.take(loaf -> true).orElseThrow().number);
        assertEquals(Optional.empty(), stock.take(loaf -> loaf.number == 3));
        assertEquals(1, stock.take(loaf -> loaf.number == 1).orElseThrow().number);
    }

    @Test
    void what_others_should_have_the_place_of_is_discarded_and_replaced() {
        keep(2);
        bakery.unwanted.add(1);
        Host.eventually("there is another one", () -> bakery.made.get() == 3 && stock.waiting() == 2);
        Loaf first =
                bakery.all.stream().filter(loaf -> loaf.number == 1).findFirst().orElseThrow();
        Host.eventually("it is discarded", () -> first.discarded == 1);
    }
}
