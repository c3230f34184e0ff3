package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchShapeTest {

    private static SpecBuilder spec() {
        return new SpecBuilder("/rootfs", List.of("/bin/true"));
    }

    private static Optional<LaunchShape> shape(SpecBuilder spec) {
        return LaunchShape.of(spec.build());
    }

    @Test
    void launches_that_differ_in_what_is_the_caller_s_own_have_one_shape() {
        assertEquals(shape(spec()), shape(spec().env("SECRET=value")));
        assertTrue(shape(spec()).isPresent());
    }

    @Test
    void what_is_kept_of_a_launch_is_small() {
        SpecBuilder many = spec();
        for (int i = 0; i < 10_000; i++) {
            many.mount(new Spec.Mount("/directory" + i, "tmpfs", "tmpfs", List.of("nosuid")));
        }
        assertFalse(shape(many).isPresent());
        assertFalse(shape(spec().mount(new Spec.Mount("/a", "tmpfs", "tmpfs", List.of("size=1".repeat(10_000)))))
                .isPresent());
        assertFalse(shape(spec().annotation(Spec.ALLOW_ANNOTATION, "example.org,".repeat(10_000)))
                .isPresent());
        assertTrue(shape(spec().annotation("label", "x".repeat(1_000_000))).isPresent(), "labels are not kept");
    }
}
