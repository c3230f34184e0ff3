package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.SchedulerAttributes;
import dev.rustyrun.spec.Hooks;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any steps survive encoding and decoding, and bytes that encode no steps are refused. */
class PlanCodecFuzzTest {

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void any_steps_are_the_same_after_encoding_and_decoding(@ForAll("steps") List<Step> steps) {
        assertEquals(steps, PlanCodec.decode(PlanCodec.encode(steps)));
        steps.forEach(step -> assertTrue(!step.describe().isEmpty()));
    }

    @Property(tries = 2000)
    void any_bytes_are_steps_or_refused(@ForAll byte[] bytes) {
        decodeOrRefuse(bytes);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void steps_with_bytes_exchanged_are_steps_or_refused(
            @ForAll("steps") List<Step> steps, @ForAll byte[] other, @ForAll int at) {
        byte[] bytes = PlanCodec.encode(steps);
        int from = Math.floorMod(at, bytes.length);
        System.arraycopy(other, 0, bytes, from, Math.min(other.length, bytes.length - from));
        decodeOrRefuse(bytes);
    }

    private static void decodeOrRefuse(byte[] bytes) {
        try {
            PlanCodec.decode(bytes);
        } catch (IllegalArgumentException expected) {
            assertTrue(expected.getMessage().startsWith("broken plan at byte "), expected.getMessage());
        }
    }

    /** Lists of steps of every kind with arbitrary components. */
    @Provide
    Arbitrary<List<Step>> steps() {
        List<Arbitrary<Step>> kinds = new ArrayList<>();
        for (Class<?> family : Step.class.getPermittedSubclasses()) {
            for (Class<?> kind : family.getPermittedSubclasses()) {
                kinds.add(anyOf(kind));
            }
        }
        assertEquals(StepKind.values().length, kinds.size(), "every kind");
        return Arbitraries.oneOf(kinds).list().ofMaxSize(12);
    }

    private static Arbitrary<Step> anyOf(Class<?> kind) {
        RecordComponent[] components = kind.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        List<Arbitrary<Object>> values = Arrays.stream(components)
                .map(component -> anyOf(component).asGeneric())
                .toList();
        return Combinators.combine(values).as(arguments -> {
            try {
                Constructor<?> constructor = kind.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                return (Step) constructor.newInstance(arguments.toArray());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Arbitrary<?> anyOf(RecordComponent component) {
        if (component.getType().isEnum()) {
            return Arbitraries.of(component.getType().getEnumConstants());
        }
        return switch (component.getGenericType().getTypeName()) {
            case "int" -> Arbitraries.integers();
            case "long" -> Arbitraries.longs();
            case "boolean" -> Arbitraries.of(true, false);
            case "java.lang.String" -> texts();
            case "java.util.List<java.lang.String>" -> texts().list().ofMaxSize(5);
            case "java.util.List<java.lang.Integer>" ->
                Arbitraries.integers().list().ofMaxSize(5);
            case "java.util.List<dev.rustyrun.step.LimitStep$SetRlimit>" ->
                anyOf(LimitStep.SetRlimit.class).list().ofMaxSize(3);
            case "dev.rustyrun.step.ExecStep$PartingSteps" ->
                Combinators.combine(Arbitraries.integers(), Arbitraries.integers(), Arbitraries.integers())
                        .as(ExecStep.PartingSteps::new);
            case "dev.rustyrun.spec.Hooks$Hook" ->
                Combinators.combine(
                                texts(),
                                texts().list().ofMaxSize(3),
                                texts().list().ofMaxSize(3),
                                Arbitraries.integers())
                        .as(Hooks.Hook::new);
            case "dev.rustyrun.step.Step" -> anyOf(MountStep.BindMount.class);
            case "dev.rustyrun.step.SeccompFilter" ->
                Combinators.combine(Arbitraries.bytes().array(byte[].class).ofMaxSize(64), Arbitraries.integers())
                        .as(SeccompFilter::new);
            case "dev.rustyrun.linux.SchedulerAttributes" ->
                Combinators.combine(
                                Arbitraries.integers(),
                                Arbitraries.longs(),
                                Arbitraries.integers(),
                                Arbitraries.integers(),
                                Arbitraries.longs(),
                                Arbitraries.longs(),
                                Arbitraries.longs())
                        .as(SchedulerAttributes::new);
            default -> throw new IllegalStateException("no arbitrary for " + component);
        };
    }

    /** All texts that UTF-8 can encode. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings()
                .all()
                .ofMaxLength(40)
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
}
