package dev.rustyrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanCodecTest {

    private static final List<Step> ONE_OF_EACH = List.of(new Step.Unshare(-1), new Step.SetPropagation("/", 1L << 40),
            new Step.SetHostname("häuschen"), new Step.EnterRootfs("/r"),
            new Step.MountFileSystem("tmpfs", "src", "/t", 5, "size=1", true),
            new Step.BindMount("/s", "/t", 6, 7, true), new Step.MakeDevice("/dev/null", 1, 3),
            new Step.MakeLink("/a", "b"), new Step.OpenTerminal(1000), new Step.MaskPath("/m"),
            new Step.ReadOnlyPath("/p"), new Step.ChangeDirectory("/c"), new Step.PivotRoot(), new Step.ReadOnlyRoot(),
            new Step.LoopbackUp(), new Step.LimitCapabilities(Long.MIN_VALUE), new Step.SetUser(1, 2, List.of(3, 4), 022),
            new Step.SetCapabilities(1, 2, 3), new Step.NoNewPrivileges(),
            new Step.Exec(List.of("a", "", "ü\n\u0001"), List.of("A=1"), true));

    @Test
    void every_kind_of_step_survives_the_journey() {
        assertEquals(Step.class.getPermittedSubclasses().length, ONE_OF_EACH.size(), "a kind is missing in this test");
        assertEquals(ONE_OF_EACH, PlanCodec.decode(PlanCodec.encode(ONE_OF_EACH)));
        assertEquals(List.of(), PlanCodec.decode(PlanCodec.encode(List.of())));
    }

    @Test
    void a_plan_that_is_cut_off_anywhere_is_refused() {
        byte[] whole = PlanCodec.encode(ONE_OF_EACH);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(part));
        }
        assertThrows(IllegalArgumentException.class, () -> PlanCodec.decode(Arrays.copyOf(whole, whole.length + 1)));
    }

    @Test
    void bytes_that_are_no_plan_are_refused_and_nothing_worse() {
        Random random = new Random(1);
        byte[] whole = PlanCodec.encode(ONE_OF_EACH);
        int decoded = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                PlanCodec.decode(damaged);
                decoded++;
            } catch (IllegalArgumentException expected) {
                assertTrue(expected.getMessage().startsWith("broken plan at byte "), expected.getMessage());
            }
        }
        assertTrue(decoded > 0 && decoded < 20_000);
    }
}
