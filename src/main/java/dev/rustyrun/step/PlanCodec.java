package dev.rustyrun.step;

import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of a stage's steps: a count, then for each step its kind and its components in order. Both ends are
 * the same executable, so there is no version number.
 */
public final class PlanCodec {

    private PlanCodec() {}

    /** Encodes {@code steps}. */
    public static byte[] encode(List<Step> steps) {
        PlanWriter out = new PlanWriter().put32(steps.size());
        for (Step step : steps) {
            step.writeTo(out.put8(step.kind().ordinal()));
        }
        return out.toBytes();
    }

    /**
     * Decodes the steps in {@code bytes}.
     *
     * @throws IllegalArgumentException when {@code bytes} is not exactly the binary form of a list of steps
     */
    public static List<Step> decode(byte[] bytes) {
        return decode(bytes, 0);
    }

    /** Decodes the steps in {@code bytes} from {@code start} on. */
    public static List<Step> decode(byte[] bytes, int start) {
        PlanReader in = new PlanReader(bytes, start);
        int count = in.takeCount(1);
        List<Step> steps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            steps.add(StepKind.read(in.take8(), in));
        }
        in.expectEnd();
        return steps;
    }
}
