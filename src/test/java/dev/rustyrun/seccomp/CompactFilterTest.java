package dev.rustyrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Seccomp.Action;
import dev.rustyrun.spec.Seccomp.Arch;
import dev.rustyrun.spec.Seccomp.Arg;
import dev.rustyrun.spec.Seccomp.Operator;
import dev.rustyrun.spec.Seccomp.Rule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compacted program returns the same answer as the original for every call. */
class CompactFilterTest {

    private static final Machine MACHINE = new Machine(Arch.X86_64, "6.1.0");
    private static final int X32_BIT = 0x40000000;
    private static final int LAST_NUMBER = 700;

    @BeforeAll
    static void library() {
        Libseccomp.assumeItIsInstalled();
    }

    private static List<long[]> arguments(Random random) {
        List<long[]> all = new ArrayList<>(List.of(
                new long[6],
                new long[] {-1, -1, -1, -1, -1, -1},
                new long[] {0x7e020000L, 0, 0, 0, 0, 0},
                new long[] {8, 1, 0, 0, 0, 0},
                new long[] {0x20008, 40, 0, 0, 0, 0},
                new long[] {0xffffffffL, 16, 1, 2, 3, 4},
                new long[] {1L << 32, 1L << 32, 0, 0, 0, 0}));
        for (int i = 0; i < 6; i++) {
            all.add(random.longs(6, 0, 20).toArray());
        }
        return all;
    }

    private static void expectSame(byte[] expected, byte[] compact, int seed) {
        FilterInterpreter whole = new FilterInterpreter(expected);
        FilterInterpreter small = new FilterInterpreter(compact);
        List<long[]> arguments = arguments(new Random(seed));
        List<Integer> numbers = new ArrayList<>();
        for (int number = -3; number < LAST_NUMBER; number++) {
            numbers.add(number);
            numbers.add(X32_BIT + number);
        }
        numbers.addAll(List.of(Integer.MAX_VALUE, Integer.MIN_VALUE, X32_BIT + 100_000));
        int[] architectures = {Arch.X86_64.token(), Arch.X86.token(), Arch.AARCH64.token(), Arch.ARM.token(), 0, -1, 1};
        for (int architecture : architectures) {
            for (int number : numbers) {
                for (long[] args : arguments) {
                    assertEquals(
                            whole.run(architecture, number, args),
                            small.run(architecture, number, args),
                            () -> Integer.toHexString(architecture) + " " + number + " " + List.of(args));
                }
            }
        }
    }

    @Test
    void the_default_filter_is_much_shorter_and_answers_the_same() {
        for (Set<Capability> bounding : List.of(
                EnumSet.noneOf(Capability.class),
                EnumSet.allOf(Capability.class),
                EnumSet.of(Capability.CAP_SYS_ADMIN, Capability.CAP_NET_ADMIN))) {
            byte[] whole = SeccompCompiler.uncompacted(DefaultProfile.of(bounding, MACHINE.arch()), MACHINE);
            byte[] compact = CompactFilter.of(whole);
            expectSame(whole, compact, 1);
            assertTrue(compact.length * 5 <= whole.length * 2, whole.length / 8 + " to " + compact.length / 8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void filters_of_chance_answer_the_same(int seed) {
        Random random = new Random(seed);
        List<String> names = List.of(
                "read",
                "write",
                "open",
                "close",
                "stat",
                "mmap",
                "clone",
                "socket",
                "personality",
                "kill",
                "mount",
                "ptrace",
                "futex",
                "getpid",
                "openat",
                "execve",
                "fork",
                "uname",
                "semget",
                "rename",
                "bpf",
                "statx");
        Action[] actions = {Action.ALLOW, Action.ERRNO, Action.KILL_PROCESS, Action.LOG};
        List<Rule> rules = new ArrayList<>();
        for (String name : names) {
            Action action = actions[random.nextInt(actions.length)];
            List<Arg> args = new ArrayList<>();
            for (int index = 0; index < random.nextInt(3); index++) {
                Operator[] operators = Operator.values();
                args.add(new Arg(
                        index, random.nextInt(20), random.nextInt(20), operators[random.nextInt(operators.length)]));
            }
            rules.add(new Rule(
                    List.of(name),
                    action,
                    action == Action.ERRNO ? OptionalInt.of(1 + random.nextInt(100)) : OptionalInt.empty(),
                    args));
        }
        Seccomp seccomp = new Seccomp(
                actions[random.nextInt(actions.length)],
                OptionalInt.empty(),
                random.nextBoolean() ? List.of(Arch.X86, Arch.X32) : List.of(),
                List.of(),
                "",
                "",
                rules);
        byte[] whole = SeccompCompiler.uncompacted(seccomp, MACHINE);
        expectSame(whole, CompactFilter.of(whole), seed);
    }

    @Test
    void unknown_programs_stay_unchanged() {
        // BPF_LDX | BPF_IMM, which libseccomp never emits.
        byte[] program = program(new int[] {0x01, 0, 0, 1}, new int[] {0x06, 0, 0, 7});
        assertArrayEquals(program, CompactFilter.of(program));
        byte[] jumpsTooFar = program(new int[] {0x15, 9, 0, 1}, new int[] {0x06, 0, 0, 7});
        assertArrayEquals(jumpsTooFar, CompactFilter.of(jumpsTooFar));
        assertArrayEquals(new byte[0], CompactFilter.of(new byte[0]));
    }

    @Test
    void far_answers_and_arguments_are_reached() {
        // Every second call number has its own answer.
        List<int[]> instructions = new ArrayList<>();
        instructions.add(new int[] {0x20, 0, 0, 0});
        for (int i = 0; i < 1500; i++) {
            instructions.add(new int[] {0x15, 0, 1, 2 * i});
            instructions.add(new int[] {0x06, 0, 0, 0x00050000 | i});
        }
        instructions.add(new int[] {0x20, 0, 0, 16});
        instructions.add(new int[] {0x15, 0, 1, 5});
        instructions.add(new int[] {0x06, 0, 0, 1});
        instructions.add(new int[] {0x06, 0, 0, 2});
        byte[] whole = program(instructions.toArray(int[][]::new));
        FilterGraph graph = FilterGraph.read(whole);
        byte[] again = graph.rootOf(graph.root()).write();
        expectSame(whole, again, 1);
        expectSame(whole, CompactFilter.of(whole), 1);
    }

    @Test
    void a_long_chain_of_comparisons_needs_no_deep_stack() {
        List<int[]> instructions = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            instructions.add(new int[] {0x20, 0, 0, 16});
            instructions.add(new int[] {0x15, 0, 1, i});
            instructions.add(new int[] {0x06, 0, 0, 0x00050000 | i % 7});
        }
        instructions.add(new int[] {0x06, 0, 0, FilterInterpreter.ALLOW});
        byte[] whole = program(instructions.toArray(int[][]::new));
        FilterInterpreter compact = new FilterInterpreter(CompactFilter.of(whole));
        assertEquals(0x00050000 | 49_999 % 7, compact.run(Arch.X86_64.token(), 0, 49_999));
        assertEquals(FilterInterpreter.ALLOW, compact.run(Arch.X86_64.token(), 0, 50_000));
    }

    private static byte[] program(int[]... instructions) {
        ByteBuffer b = ByteBuffer.allocate(instructions.length * 8).order(ByteOrder.nativeOrder());
        for (int[] one : instructions) {
            b.putShort((short) one[0]).put((byte) one[1]).put((byte) one[2]).putInt(one[3]);
        }
        return b.array();
    }
}
