package dev.rustyrun.seccomp;

import static dev.rustyrun.seccomp.FilterInterpreter.ALLOW;
import static dev.rustyrun.seccomp.FilterInterpreter.ENOSYS;
import static dev.rustyrun.seccomp.FilterInterpreter.EPERM;
import static dev.rustyrun.seccomp.FilterInterpreter.errno;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.MissingLibseccomp;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Seccomp.Action;
import dev.rustyrun.spec.Seccomp.Arch;
import dev.rustyrun.spec.Seccomp.Arg;
import dev.rustyrun.spec.Seccomp.Operator;
import dev.rustyrun.spec.Seccomp.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Small profiles, compiled by libseccomp and run in an interpreter. Numbers are those of x86-64. */
class SeccompCompilerTest {

    private static final Machine MACHINE = new Machine(Arch.X86_64, "6.1.0");
    private static final int X86_64 = Arch.X86_64.token();
    private static final int WRITE = 1;
    private static final int GETPID = 39;
    private static final int KILL = 62;

    @BeforeAll
    static void library() {
        Libseccomp.assumeItIsInstalled();
    }

    private static Seccomp profile(Action action, OptionalInt errno, Rule... rules) {
        return new Seccomp(action, errno, List.of(), List.of(), "", "", List.of(rules));
    }

    private static Rule rule(String name, Action action, Arg... args) {
        return new Rule(List.of(name), action, OptionalInt.empty(), List.of(args));
    }

    private static FilterInterpreter compile(Seccomp seccomp) {
        return new FilterInterpreter(SeccompCompiler.compile(seccomp, MACHINE));
    }

    @Test
    void each_action_becomes_the_kernels_value_for_it() {
        Seccomp seccomp = profile(
                Action.ALLOW,
                OptionalInt.empty(),
                new Rule(List.of("getpid"), Action.ERRNO, OptionalInt.of(13), List.of()),
                new Rule(List.of("write"), Action.TRACE, OptionalInt.of(77), List.of()),
                rule("kill", Action.ERRNO),
                rule("mount", Action.KILL_PROCESS),
                rule("reboot", Action.KILL),
                rule("sync", Action.TRAP),
                rule("acct", Action.LOG));
        FilterInterpreter filter = compile(seccomp);
        assertEquals(errno(13), filter.run(X86_64, GETPID));
        assertEquals(0x7ff00000 | 77, filter.run(X86_64, WRITE));
        assertEquals(EPERM, filter.run(X86_64, KILL));
        assertEquals(0x80000000, filter.run(X86_64, 165));
        assertEquals(0, filter.run(X86_64, 169));
        assertEquals(0x00030000, filter.run(X86_64, 162));
        assertEquals(0x7ffc0000, filter.run(X86_64, 163));
        assertEquals(ALLOW, filter.run(X86_64, 9999), "what is allowed by default is allowed in future, too");
    }

    @Test
    void each_operator_compares_without_sign_and_with_all_bits() {
        long big = 0xffffffff_00000005L;
        for (Operator op : Operator.values()) {
            long second = op == Operator.MASKED_EQ ? 5 : 0;
            long first = op == Operator.MASKED_EQ ? 0xff : big;
            FilterInterpreter filter = compile(profile(
                    Action.ALLOW, OptionalInt.empty(), rule("kill", Action.ERRNO, new Arg(1, first, second, op))));
            for (long value : new long[] {0, 4, 5, 6, 0x105, big - 1, big, big + 1, -1, Long.MIN_VALUE}) {
                int compared = Long.compareUnsigned(value, big);
                boolean holds =
                        switch (op) {
                            case NE -> compared != 0;
                            case LT -> compared < 0;
                            case LE -> compared <= 0;
                            case EQ -> compared == 0;
                            case GE -> compared >= 0;
                            case GT -> compared > 0;
                            case MASKED_EQ -> (value & 0xff) == 5;
                        };
                assertEquals(holds ? EPERM : ALLOW, filter.run(X86_64, KILL, 0, value), op + " " + value);
            }
        }
    }

    @Test
    void comparisons_of_different_arguments_must_all_hold() {
        FilterInterpreter filter = compile(profile(
                Action.ALLOW,
                OptionalInt.empty(),
                rule("kill", Action.ERRNO, new Arg(0, 1, 0, Operator.EQ), new Arg(1, 9, 0, Operator.EQ))));
        assertEquals(EPERM, filter.run(X86_64, KILL, 1, 9));
        assertEquals(ALLOW, filter.run(X86_64, KILL, 1, 15));
        assertEquals(ALLOW, filter.run(X86_64, KILL, 2, 9));
    }

    @Test
    void any_of_several_comparisons_of_the_same_argument_is_enough() {
        FilterInterpreter filter = compile(profile(
                Action.ALLOW,
                OptionalInt.empty(),
                rule("kill", Action.ERRNO, new Arg(1, 9, 0, Operator.EQ), new Arg(1, 15, 0, Operator.EQ))));
        assertEquals(EPERM, filter.run(X86_64, KILL, 1, 9));
        assertEquals(EPERM, filter.run(X86_64, KILL, 1, 15));
        assertEquals(ALLOW, filter.run(X86_64, KILL, 1, 10));
    }

    @Test
    void unknown_calls_and_redundant_rules_are_skipped() {
        FilterInterpreter filter = compile(profile(
                Action.ERRNO,
                OptionalInt.empty(),
                rule("getpid", Action.ALLOW),
                rule("getpid", Action.ALLOW),
                rule("no_such_call", Action.ALLOW),
                rule("mount", Action.ERRNO)));
        assertEquals(ALLOW, filter.run(X86_64, GETPID));
        assertEquals(EPERM, filter.run(X86_64, WRITE));
        assertEquals(EPERM, filter.run(X86_64, 165), "named, so known");
        assertEquals(ENOSYS, filter.run(X86_64, 166), "newer than the newest named");
    }

    @Test
    void a_default_of_enosys_needs_no_help() {
        FilterInterpreter filter = compile(profile(Action.ERRNO, OptionalInt.of(38), rule("getpid", Action.ALLOW)));
        assertEquals(ENOSYS, filter.run(X86_64, 9999));
        assertEquals(ENOSYS, filter.run(X86_64, WRITE));
    }

    @Test
    void an_empty_profile_is_a_filter_too() {
        assertEquals(ALLOW, compile(profile(Action.ALLOW, OptionalInt.empty())).run(X86_64, WRITE));
        assertEquals(EPERM, compile(profile(Action.ERRNO, OptionalInt.empty())).run(X86_64, WRITE));
    }

    @Test
    void the_first_of_two_rules_for_the_same_call_counts_as_in_libseccomp() {
        assertEquals(
                ALLOW,
                compile(profile(
                                Action.ERRNO,
                                OptionalInt.empty(),
                                rule("getpid", Action.ALLOW),
                                rule("getpid", Action.TRAP)))
                        .run(X86_64, GETPID));
        assertEquals(
                0x00030000,
                compile(profile(
                                Action.ERRNO,
                                OptionalInt.empty(),
                                rule("getpid", Action.TRAP),
                                rule("getpid", Action.ALLOW)))
                        .run(X86_64, GETPID));
    }

    @Test
    void an_architecture_that_libseccomp_cannot_mix_is_refused_by_name() {
        Seccomp seccomp =
                new Seccomp(Action.ALLOW, OptionalInt.empty(), List.of(Arch.S390X), List.of(), "", "", List.of());
        InvalidSpecException e = assertThrows(InvalidSpecException.class, () -> compile(seccomp));
        assertTrue(e.getMessage().contains("cannot filter SCMP_ARCH_S390X"), e.getMessage());
    }

    @Test
    void a_profile_that_is_too_long_for_the_kernel_is_refused() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            rules.add(rule("ioctl", Action.ALLOW, new Arg(1, i * 7L, 0, Operator.EQ), new Arg(2, i, 0, Operator.EQ)));
        }
        InvalidSpecException e = assertThrows(
                InvalidSpecException.class,
                () -> compile(profile(Action.ERRNO, OptionalInt.empty(), rules.toArray(Rule[]::new))));
        assertTrue(e.getMessage().contains("instructions, but the kernel allows 4096"), e.getMessage());
    }

    @Test
    void without_libseccomp_one_line_says_what_to_install_or_which_option_to_use() {
        InvalidSpecException e = assertThrows(
                InvalidSpecException.class,
                () -> SeccompCompiler.compile(
                        profile(Action.ALLOW, OptionalInt.empty()), MACHINE, MissingLibseccomp::open));
        assertTrue(
                e.getMessage().startsWith("libseccomp, which compiles the system call filter, is missing ("),
                e.getMessage());
        assertTrue(
                e.getMessage().endsWith("): install libseccomp2, or run without a filter, --seccomp unconfined"),
                e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void the_same_profile_gives_the_same_bytes() {
        Seccomp seccomp = profile(Action.ERRNO, OptionalInt.empty(), rule("getpid", Action.ALLOW));
        assertArrayEquals(SeccompCompiler.compile(seccomp, MACHINE), SeccompCompiler.compile(seccomp, MACHINE));
    }
}
