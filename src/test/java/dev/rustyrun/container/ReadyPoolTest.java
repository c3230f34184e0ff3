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

    private static final class Item {
        private final int number;
        private volatile boolean alive = true;
        private volatile int discarded;

        Item(int number) {
            this.number = number;
        }
    }

    private static final class ItemSource implements ReadyPool.Source<Item> {

        private final AtomicInteger made = new AtomicInteger();
        /** The number of next attempts to make an item that fail. */
        private final AtomicInteger failing = new AtomicInteger();
        /** The number of next attempts to discard an item that fail. */
        private final AtomicInteger stuck = new AtomicInteger();

        private final Set<Item> all = ConcurrentHashMap.newKeySet();
        private final Set<Integer> unwanted = ConcurrentHashMap.newKeySet();
        private volatile int wanted = Integer.MAX_VALUE;

        @Override
        public Item begin(List<Item> waiting) {
            if (failing.getAndDecrement() > 0) {
                throw new OutOfMemoryError("failed");
            }
            Item item = new Item(made.incrementAndGet());
            all.add(item);
            return item;
        }

        @Override
        public int wanted() {
            return wanted;
        }

        @Override
        public boolean isAlive(Item waiting) {
            return waiting.alive;
        }

        @Override
        public List<Item> surplus(List<Item> waiting) {
            return waiting.stream()
                    .filter(item -> unwanted.contains(item.number))
                    .toList();
        }

        @Override
        public String failure(Item ended) {
            return "item " + ended.number + " is stale";
        }

        @Override
        public synchronized void discard(Item left) {
            if (stuck.getAndDecrement() > 0) {
                throw new StackOverflowError("stuck");
            }
            left.discarded++;
        }
    }

    private final ItemSource source = new ItemSource();
    private final Clearing clearing = new Clearing(new Timers(), new Steps());
    private ReadyPool<Item> pool = new ReadyPool<>(source, 0, clearing);

    private void keep(int size) {
        pool = new ReadyPool<>(source, size, clearing);
        pool.start();
        Host.eventually(size + " wait", () -> pool.waiting() == size);
    }

    @AfterEach
    void close() {
        pool.stop();
    }

    private Optional<Item> takeIf(boolean fits) {
        // As launches do, never accept a dead item.
        return pool.take(item -> item.alive && fits);
    }

    @Test
    void a_fitting_element_is_used_once_and_replaced() {
        keep(2);
        Set<Integer> numbers = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 20; i++) {
            Host.eventually("one waits", () -> pool.waiting() > 0);
            assertTrue(numbers.add(takeIf(true).orElseThrow().number), "handed out twice");
        }
        Host.eventually("all are replaced", () -> pool.waiting() == 2);
        assertEquals(22, source.made.get());
    }

    @Test
    void elements_that_do_not_fit_wait_for_the_next_request() {
        keep(1);
        assertEquals(Optional.empty(), takeIf(false));
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void not_more_launches_wait_than_are_predicted() {
        keep(3);
        source.wanted = 1;
        Host.eventually("two are discarded", () -> pool.waiting() == 1);
        source.wanted = 0;
        Host.eventually("all are discarded", () -> source.all.stream().allMatch(item -> item.discarded == 1));
        source.wanted = 2;
        Host.eventually("two wait again", () -> pool.waiting() == 2);
    }

    @Test
    void dead_elements_are_discarded_and_replaced_without_a_request() {
        keep(1);
        Item dead = source.all.iterator().next();
        dead.alive = false;
        Host.eventually("it is discarded", () -> dead.discarded == 1);
        Host.eventually("another waits", () -> pool.waiting() == 1);
        assertEquals(2, takeIf(true).orElseThrow().number);
    }

    @Test
    void an_error_while_one_is_made_does_not_end_the_making() {
        source.failing.set(1);
        keep(1);
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void a_dead_element_is_discarded_during_the_pause_after_a_failure() {
        pool = new ReadyPool<>(source, 2, clearing, 3_600_000);
        pool.start();
        Host.eventually("two wait", () -> pool.waiting() == 2);
        source.failing.set(1);
        Item taken = takeIf(true).orElseThrow();
        Host.eventually("the making has failed", () -> source.failing.get() == 0);
        Item dead =
                source.all.stream().filter(item -> item != taken).findFirst().orElseThrow();
        dead.alive = false;
        Host.eventually("it is discarded", () -> dead.discarded == 1);
    }

    @Test
    void an_element_that_cannot_be_compared_is_not_lost() {
        keep(1);
        assertThrows(
                AssertionError.class,
                () -> pool.take(item -> {
                    throw new AssertionError("a launch that cannot be");
                }));
        assertEquals(1, takeIf(true).orElseThrow().number);
    }

    @Test
    void a_failed_discard_is_repeated_later() {
        keep(1);
        source.stuck.set(2);
        Item dead = source.all.iterator().next();
        dead.alive = false;
        Host.eventually("it is discarded", () -> dead.discarded == 1);
    }

    @Test
    void a_pool_of_size_zero_makes_nothing() {
        keep(0);
        assertEquals(Optional.empty(), takeIf(true));
        assertEquals(0, source.made.get());
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
                    takeIf(fits).ifPresent(item -> {
                        numbers.add(item.number);
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
    void at_the_end_waiting_launches_are_discarded_and_none_is_kept() {
        keep(2);
        Item taken = takeIf(true).orElseThrow();
        pool.stop();
        assertEquals(0, pool.waiting());
        assertEquals(0, taken.discarded, "it is its taker's");
        Host.eventually(
                "the others are discarded once",
                () -> source.all.stream().allMatch(item -> item.discarded == (item == taken ? 0 : 1)));
        assertFalse(takeIf(true).isPresent());
    }

    @Test
    void the_first_that_fits_is_taken_and_the_others_stay_in_their_order() {
        keep(3);
        List<Integer> asked = new ArrayList<>();
        Item taken = pool.take(item -> {
                    asked.add(item.number);
                    return item.number == 2;
                })
                .orElseThrow();
        assertEquals(2, taken.number);
        assertEquals(List.of(3, 2), asked, "the last that was made is the first");
        assertEquals(3, pool.take(item -> true).orElseThrow().number);
        assertEquals(Optional.empty(), pool.take(item -> item.number == 3));
        assertEquals(1, pool.take(item -> item.number == 1).orElseThrow().number);
    }

    @Test
    void elements_of_shapes_no_longer_predicted_are_discarded_and_replaced() {
        keep(2);
        source.unwanted.add(1);
        Host.eventually("another one waits", () -> source.made.get() == 3 && pool.waiting() == 2);
        Item first =
                source.all.stream().filter(item -> item.number == 1).findFirst().orElseThrow();
        Host.eventually("it is discarded", () -> first.discarded == 1);
    }
}
