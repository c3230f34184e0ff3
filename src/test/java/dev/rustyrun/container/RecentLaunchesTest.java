package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Decides which launches to prepare, from those that were made before. */
class RecentLaunchesTest {

    private static final LaunchShape A = shape("/a");
    private static final LaunchShape B = shape("/b");

    private final AtomicLong now = new AtomicLong();
    private final RecentLaunches recent = new RecentLaunches(now::get);

    private static LaunchShape shape(String rootfs) {
        return LaunchShape.of(spec(rootfs).build()).orElseThrow();
    }

    private static SpecBuilder spec(String rootfs) {
        return new SpecBuilder(rootfs, List.of("/bin/sh", "-c", "true"));
    }

    private void use(LaunchShape shape, int times) {
        for (int i = 0; i < times; i++) {
            recent.used(shape, Resources.none());
        }
    }

    @Test
    void a_shape_that_was_requested_once_is_not_predicted() {
        use(A, 1);
        assertEquals(List.of(), recent.wanted(3));
        use(A, 1);
        assertEquals(List.of(A, A, A), recent.wanted(3));
        assertEquals(List.of(), recent.wanted(0));
    }

    @Test
    void the_last_used_has_the_most_places_and_each_kind_has_one_if_there_is_room() {
        use(A, 2);
        use(B, 2);
        assertEquals(List.of(B, A, B), recent.wanted(3));
        use(A, 1);
        assertEquals(List.of(A), recent.wanted(1));
    }

    @Test
    void kinds_are_few_and_what_is_known_is_bounded() {
        for (int i = 0; i < RecentLaunches.MAX_WANTED + 3; i++) {
            use(shape("/" + i), 2);
        }
        assertEquals(
                RecentLaunches.MAX_WANTED, recent.wanted(20).stream().distinct().count());
        use(A, 1);
        for (int i = 0; i < RecentLaunches.MAX_KNOWN; i++) {
            use(shape("/once" + i), 1);
        }
        use(A, 1);
        assertEquals(List.of(), recent.wanted(2), "it has been forgotten before it came again");
    }

    @Test
    void old_shapes_and_those_that_could_not_be_started_are_forgotten() {
        use(A, 2);
        use(B, 2);
        now.addAndGet(RecentLaunches.KEEP_MILLIS);
        use(A, 1);
        now.addAndGet(1);
        assertEquals(List.of(A), recent.wanted(1));
        assertEquals(Optional.empty(), recent.likely(B));
        recent.forget(A);
        assertEquals(List.of(), recent.wanted(1));
    }

    @Test
    void the_next_one_is_limited_as_the_last_one() {
        Resources limits = Resources.none().withPids(7);
        recent.used(A, Resources.none());
        recent.used(A, limits);
        assertEquals(limits, recent.likely(A).orElseThrow().linux().resources());
    }

    @Test
    void a_shape_contains_no_data_of_a_caller() {
        Spec spec = spec("/a")
                .env("SECRET=1")
                .user(new Spec.User(5, 6, List.of(), 022))
                .annotation("whose", "mine")
                .resources(Resources.none().withPids(7))
                .build();
        LaunchShape shape = LaunchShape.of(spec).orElseThrow();
        Spec likely = shape.limitedBy(Resources.none());
        assertEquals(A.limitedBy(Resources.none()), likely);
        assertEquals(A, shape);
        assertEquals(A.hashCode(), shape.hashCode());
        assertTrue(likely.process().env().isEmpty());
        assertEquals(List.of("/bin/true"), likely.process().args());
        assertEquals(Map.of(), likely.labels());
        assertNotEquals(A, B);
        assertNotEquals(
                A,
                LaunchShape.of(spec("/a").cwd("/work").build()).orElseThrow(),
                "the working directory is made ahead");
    }
}
