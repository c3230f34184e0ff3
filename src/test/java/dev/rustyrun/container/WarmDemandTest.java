package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WarmDemandTest {

    private long now = 1000;
    private final WarmDemand demand = new WarmDemand(5, () -> now);

    @Test
    void a_few_wait_at_first_and_not_more_than_allowed() {
        assertEquals(WarmDemand.FEW, demand.wanted());
        assertEquals(1, new WarmDemand(1, () -> now).wanted());
        assertEquals(0, new WarmDemand(0, () -> now).wanted());
    }

    @Test
    void each_request_that_finds_none_adds_one_until_the_maximum() {
        demand.requested(true);
        assertEquals(2, demand.wanted());
        demand.requested(false);
        assertEquals(3, demand.wanted());
        for (int i = 0; i < 10; i++) {
            demand.requested(false);
        }
        assertEquals(5, demand.wanted());
    }

    @Test
    void the_number_falls_by_one_each_minute_until_a_few_are_left() {
        for (int i = 0; i < 3; i++) {
            demand.requested(false);
        }
        now += WarmDemand.CALM_MILLIS + 1;
        demand.requested(true);
        assertEquals(4, demand.wanted());
        now += 2 * WarmDemand.CALM_MILLIS;
        assertEquals(2, demand.wanted());
        now += 3 * WarmDemand.CALM_MILLIS;
        assertEquals(2, demand.wanted());
    }

    @Test
    void after_a_long_pause_none_waits_until_the_next_request() {
        demand.requested(false);
        now += WarmDemand.IDLE_MILLIS + 1;
        assertEquals(0, demand.wanted());
        demand.requested(false);
        assertEquals(WarmDemand.FEW, demand.wanted());
    }
}
