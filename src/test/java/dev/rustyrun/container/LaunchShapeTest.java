package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;
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
    void launches_that_differ_only_in_data_of_the_caller_have_one_shape() {
        assertEquals(shape(spec()), shape(spec().env("SECRET=value")));
        assertTrue(shape(spec()).isPresent());
    }

    @Test
    void the_kept_shape_of_a_launch_is_small() {
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

    @Test
    void launches_from_an_image_have_a_shape_with_its_layers_and_provided_files() {
        Optional<LaunchShape> first = image(List.of("/layers/a", "/layers/b"), "10.0.0.1 name");
        assertTrue(first.isPresent());
        assertEquals(first, image(List.of("/layers/a", "/layers/b"), "10.0.0.1 name"));
        assertNotEquals(first, image(List.of("/layers/b", "/layers/a"), "10.0.0.1 name"));
        assertNotEquals(first, image(List.of("/layers/a", "/layers/b"), "10.0.0.2 name"));
        assertFalse(image(List.of("/layers/a"), "x".repeat(100_000)).isPresent());
    }

    private static Optional<LaunchShape> image(List<String> layers, String hosts) {
        Spec.Image image = new Spec.Image(
                "sha256:" + "0".repeat(64), layers, layers.get(0), Map.of("/etc/hosts", hosts), List.of(), false, 0);
        Spec spec = spec().build();
        return LaunchShape.of(spec.withRoot(new Spec.Root("/layers", false, Optional.of(image))));
    }
}
