package dev.rustyrun.engine.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IdleCollectionTest {

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger collections = new AtomicInteger();
    private final List<Runnable> planned = new ArrayList<>();
    private final IdleCollection collection =
            new IdleCollection(running::get, planned::add, collections::incrementAndGet);

    private void launch(int times) {
        for (int i = 0; i < times; i++) {
            collection.launched();
        }
    }

    private void pass() {
        List<Runnable> due = List.copyOf(planned);
        planned.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void a_pause_after_several_launches_is_used() {
        launch(7);
        pass();
        assertEquals(0, collections.get());
        launch(1);
        pass();
        assertEquals(1, collections.get());
        launch(7);
        pass();
        assertEquals(1, collections.get());
    }

    @Test
    void it_does_not_collect_while_a_launch_runs() {
        launch(8);
        running.set(1);
        pass();
        assertEquals(0, collections.get());
        running.set(0);
        launch(1);
        pass();
        assertEquals(1, collections.get());
    }

    @Test
    void it_does_not_collect_soon_after_another_launch_but_in_the_next_pause() {
        launch(12);
        assertEquals(1, planned.size());
        pass();
        assertEquals(0, collections.get());
        pass();
        assertEquals(1, collections.get());
        assertEquals(0, planned.size());
    }
}
