package dev.rustyrun.seccomp;

import static dev.rustyrun.seccomp.FilterInterpreter.ALLOW;
import static dev.rustyrun.seccomp.FilterInterpreter.ENOSYS;
import static dev.rustyrun.seccomp.FilterInterpreter.EPERM;
import static dev.rustyrun.seccomp.FilterInterpreter.KILL_THREAD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp.Arch;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The answers of Rustyrun's default profile, by running the program that libseccomp compiles. Numbers are those of
 * x86-64.
 */
class DefaultProfileTest {

    private static final int X86_64 = Arch.X86_64.token();
    private static final int X86 = Arch.X86.token();
    private static final int X32 = 0x40000000;
    private static final int READ = 0;
    private static final int IOCTL = 16;
    private static final int SOCKET = 41;
    private static final int CLONE = 56;
    private static final int PERSONALITY = 135;
    private static final int MOUNT = 165;
    private static final int KEYCTL = 250;
    private static final int UNSHARE = 272;
    private static final int IO_URING_SETUP = 425;
    private static final int CLONE3 = 435;
    private static final long CLONE_NEWUSER = 0x10000000;
    private static final long TIOCSTI = 0x5412;
    private static final long TCGETS = 0x5401;

    private static FilterInterpreter filter;

    @BeforeAll
    static void compile() {
        Libseccomp.assumeItIsInstalled();
        filter = with(Capability.DEFAULTS);
    }

    private static FilterInterpreter with(Set<Capability> capabilities) {
        return new FilterInterpreter(SeccompCompiler.compile(
                DefaultProfile.of(capabilities, Arch.X86_64), new Machine(Arch.X86_64, "6.1.0")));
    }

    @Test
    void programs_may_do_what_programs_do() {
        for (int call : new int[] {READ, 1, 2, 9, 57, 59, 60, 61, 202, 231, 257, 318, 332}) {
            assertEquals(ALLOW, filter.run(X86_64, call), "call " + call);
        }
    }

    @Test
    void calls_that_administer_the_machine_need_their_capability() {
        assertEquals(EPERM, filter.run(X86_64, MOUNT));
        assertEquals(EPERM, filter.run(X86_64, UNSHARE));
        assertEquals(ALLOW, with(EnumSet.of(Capability.CAP_SYS_ADMIN)).run(X86_64, MOUNT));
        assertEquals(ALLOW, with(EnumSet.of(Capability.CAP_SYS_ADMIN)).run(X86_64, CLONE, CLONE_NEWUSER));
        assertEquals(EPERM, with(EnumSet.noneOf(Capability.class)).run(X86_64, 161), "chroot");
        assertEquals(ALLOW, filter.run(X86_64, 161), "chroot is in the default capabilities");
    }

    @Test
    void keyrings_and_io_uring_are_refused_even_with_all_capabilities() {
        FilterInterpreter all = with(EnumSet.allOf(Capability.class));
        for (int call : new int[] {KEYCTL, 248, 249, IO_URING_SETUP, 426, 427, 323, 167, 246}) {
            assertEquals(EPERM, filter.run(X86_64, call), "call " + call);
            assertEquals(EPERM, all.run(X86_64, call), "call " + call);
        }
    }

    @Test
    void a_clone_makes_threads_but_no_namespaces() {
        assertEquals(ALLOW, filter.run(X86_64, CLONE, 0x3d0f00));
        for (int bit : new int[] {17, 25, 26, 27, 28, 29, 30}) {
            assertEquals(EPERM, filter.run(X86_64, CLONE, 0x11L | 1L << bit), "flag " + bit);
        }
        assertEquals(ENOSYS, filter.run(X86_64, CLONE3), "so that libc takes clone");
    }

    @Test
    void a_call_from_the_future_does_not_exist() {
        assertEquals(ENOSYS, filter.run(X86_64, 9999));
        assertEquals(ENOSYS, filter.run(X86, 9999));
        assertEquals(ENOSYS, filter.run(X86_64, X32 + 9999));
    }

    @Test
    void programs_of_32_bits_have_the_same_rules() {
        assertEquals(ALLOW, filter.run(X86, 3), "read");
        assertEquals(EPERM, filter.run(X86, 21), "mount");
        assertEquals(EPERM, filter.run(X86, 288), "keyctl");
        assertEquals(EPERM, filter.run(X86, 120, CLONE_NEWUSER), "clone");
        assertEquals(ALLOW, filter.run(X86_64, X32 + READ));
        assertEquals(EPERM, filter.run(X86_64, X32 + MOUNT));
    }

    @Test
    void another_architecture_is_killed() {
        assertEquals(KILL_THREAD, filter.run(Arch.AARCH64.token(), 63));
    }

    @Test
    void tiocsti_is_refused_whatever_the_upper_half_says() {
        assertEquals(EPERM, filter.run(X86_64, IOCTL, 0, TIOCSTI));
        assertEquals(EPERM, filter.run(X86_64, IOCTL, 0, TIOCSTI | 1L << 32));
        assertEquals(EPERM, filter.run(X86_64, IOCTL, 0, TIOCSTI | 0xffffffffL << 32));
        assertEquals(EPERM, filter.run(X86, 54, 0, TIOCSTI));
        assertEquals(EPERM, filter.run(X86_64, X32 + 514, 0, TIOCSTI));
        assertEquals(ALLOW, filter.run(X86_64, IOCTL, 0, TCGETS));
        for (int bit = 0; bit < 32; bit++) {
            assertEquals(ALLOW, filter.run(X86_64, IOCTL, 0, TIOCSTI ^ 1L << bit), "without bit " + bit);
        }
    }

    @Test
    void a_vsock_is_refused_whatever_the_upper_half_says() {
        assertEquals(EPERM, filter.run(X86_64, SOCKET, 40, 1, 0));
        assertEquals(EPERM, filter.run(X86_64, SOCKET, 40 | 1L << 40, 1, 0));
        for (int family : new int[] {1, 2, 10, 16, 17, 38, 41, 42}) {
            assertEquals(ALLOW, filter.run(X86_64, SOCKET, family, 1, 0), "family " + family);
        }
    }

    @Test
    void only_plain_personalities_are_allowed() {
        for (long personality : new long[] {0, 8, 0x20000, 0x20008, 0xffffffffL}) {
            assertEquals(ALLOW, filter.run(X86_64, PERSONALITY, personality));
        }
        assertEquals(EPERM, filter.run(X86_64, PERSONALITY, 0x0040000), "ADDR_NO_RANDOMIZE");
    }

    @Test
    void the_program_is_far_from_the_kernels_limit() {
        assertTrue(with(EnumSet.allOf(Capability.class)).length() < 2000, "instructions: " + filter.length());
    }

    @Test
    void no_call_is_listed_twice() {
        assertEquals(PlainCalls.NAMES.size(), new HashSet<>(PlainCalls.NAMES).size());
    }

    @Test
    void its_version_is_raised_with_each_change() {
        StringBuilder all = new StringBuilder();
        for (Arch arch : new Arch[] {Arch.X86_64, Arch.AARCH64}) {
            all.append(ProfileKey.canonical(DefaultProfile.of(EnumSet.noneOf(Capability.class), arch)));
            all.append(ProfileKey.canonical(DefaultProfile.of(EnumSet.allOf(Capability.class), arch)));
        }
        assertEquals(
                "1: 238194418",
                DefaultProfile.VERSION + ": " + all.toString().hashCode(),
                "the profile has changed: raise DefaultProfile.VERSION, or caches go on with the old one");
    }
}
