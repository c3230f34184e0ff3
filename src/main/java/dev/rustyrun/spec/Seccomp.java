package dev.rustyrun.spec;

import dev.rustyrun.linux.Errno;
import java.util.List;
import java.util.OptionalInt;

/**
 * The system call filter of a container, {@code linux.seccomp} of the OCI runtime specification: config-linux.md,
 * "Seccomp"; component names are the specification's. For the kernel's semantics see man 2 seccomp and man 3
 * seccomp_rule_add. Immutable. {@link SeccompValidator} checks it.
 *
 * @param defaultAction action for a call without a matching rule
 * @param defaultErrnoRet value for the default action, if that action returns one
 * @param architectures architectures whose calls are allowed in addition to the machine's own
 * @param flags flags for installing the filter
 * @param listenerPath socket of the agent that handles {@link Action#NOTIFY}; empty for none
 * @param listenerMetadata passed on to the agent; empty for none
 * @param syscalls the rules
 */
public record Seccomp(
        Action defaultAction,
        OptionalInt defaultErrnoRet,
        List<Arch> architectures,
        List<Flag> flags,
        String listenerPath,
        String listenerMetadata,
        List<Rule> syscalls) {

    /** The errno of an action that returns one without a value in the profile: EPERM. */
    public static final int DEFAULT_ERRNO = 1;

    private static final int LAST_ERRNO_WITH_A_NAME = 133;

    public Seccomp {
        architectures = List.copyOf(architectures);
        flags = List.copyOf(flags);
        syscalls = List.copyOf(syscalls);
    }

    /** The errno with the header's {@code name}, such as EPERM. */
    public static OptionalInt errnoNamed(String name) {
        for (int errno = 1; errno <= LAST_ERRNO_WITH_A_NAME; errno++) {
            if (Errno.describe(errno).startsWith(name + " ")) {
                return OptionalInt.of(errno);
            }
        }
        return OptionalInt.empty();
    }

    /** Whether an agent must decide some calls. */
    public boolean notifies() {
        for (Rule rule : syscalls) {
            if (rule.action() == Action.NOTIFY) {
                return true;
            }
        }
        return false;
    }

    /**
     * A rule for some calls.
     *
     * @param names names of the calls; names that are unknown on this machine are skipped
     * @param action the action for these calls
     * @param errnoRet value for the action
     * @param args conditions on the arguments, which must all be met; if two are about the same argument, any one of
     *     all is enough, as in runc
     */
    public record Rule(List<String> names, Action action, OptionalInt errnoRet, List<Arg> args) {
        public Rule {
            names = List.copyOf(names);
            args = List.copyOf(args);
        }
    }

    /**
     * A comparison of one argument as an unsigned 64-bit number.
     *
     * @param index index of the argument, from 0 to 5
     * @param value value to compare with; the mask for {@link Operator#MASKED_EQ}
     * @param valueTwo the value that must remain under the mask
     * @param op comparison operator
     */
    public record Arg(int index, long value, long valueTwo, Operator op) {

        /** Number of arguments of a system call. */
        public static final int COUNT = 6;
    }

    /** {@code SCMP_ACT_…}, with the kernel's return value for it, {@code linux/seccomp.h}. */
    public enum Action {
        KILL(0),
        KILL_PROCESS(0x80000000),
        KILL_THREAD(0),
        TRAP(0x00030000),
        ERRNO(0x00050000),
        TRACE(0x7ff00000),
        ALLOW(0x7fff0000),
        LOG(0x7ffc0000),
        NOTIFY(0x7fc00000);

        /** The highest errno that the kernel returns to a program. */
        public static final int MAX_ERRNO = 4095;
        /** The highest value that the kernel passes to a tracer. */
        public static final int MAX_TRACE_DATA = 0xffff;

        private final int value;

        Action(int value) {
            this.value = value;
        }

        /** The filter's return value; {@code data} is used only by actions that return something. */
        public int value(OptionalInt data) {
            return returnsData() ? value | data.orElse(DEFAULT_ERRNO) : value;
        }

        /** Whether the action uses {@code errnoRet}. */
        public boolean returnsData() {
            return this == ERRNO || this == TRACE;
        }

        /** Whether the call is made, immediately or when a tracer permits it. */
        public boolean lets() {
            return this == ALLOW || this == LOG || this == TRACE;
        }

        /** The specification's name, such as {@code SCMP_ACT_ERRNO}. */
        public String word() {
            return "SCMP_ACT_" + name();
        }
    }

    /** {@code SCMP_CMP_…}, with libseccomp's number for it, {@code enum scmp_compare}. */
    public enum Operator {
        NE(1),
        LT(2),
        LE(3),
        EQ(4),
        GE(5),
        GT(6),
        MASKED_EQ(7);

        private final int number;

        Operator(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /** The specification's name, such as {@code SCMP_CMP_EQ}. */
        public String word() {
            return "SCMP_CMP_" + name();
        }
    }

    /** {@code SECCOMP_FILTER_FLAG_…} of man 2 seccomp. */
    public enum Flag {
        /**
         * Has no effect: the first call of a container's command is execve, after which only the thread with the filter
         * exists.
         */
        TSYNC(0),
        LOG(1 << 1),
        SPEC_ALLOW(1 << 2),
        WAIT_KILLABLE_RECV(1 << 5);

        private final int value;

        Flag(int value) {
            this.value = value;
        }

        /** The bit for seccomp(2). */
        public int value() {
            return value;
        }

        /** The specification's name, such as {@code SECCOMP_FILTER_FLAG_LOG}. */
        public String word() {
            return "SECCOMP_FILTER_FLAG_" + name();
        }
    }

    /** {@code SCMP_ARCH_…}, with libseccomp's token, which is {@code AUDIT_ARCH_…} of linux/audit.h except for x32. */
    public enum Arch {
        X86(0x40000003, "x86"),
        X86_64(0xC000003E, "amd64"),
        X32(0x4000003E, "x32"),
        ARM(0x40000028, "arm"),
        AARCH64(0xC00000B7, "arm64"),
        LOONGARCH64(0xC0000102, "loong64"),
        M68K(0x00000004, "m68k"),
        MIPS(0x00000008, "mips"),
        MIPS64(0x80000008, "mips64"),
        MIPS64N32(0xA0000008, "mips64n32"),
        MIPSEL(0x40000008, "mipsel"),
        MIPSEL64(0xC0000008, "mipsel64"),
        MIPSEL64N32(0xE0000008, "mips3l64n32"),
        PPC(0x00000014, "ppc"),
        PPC64(0x80000015, "ppc64"),
        PPC64LE(0xC0000015, "ppc64le"),
        S390(0x00000016, "s390"),
        S390X(0x80000016, "s390x"),
        PARISC(0x0000000F, "parisc"),
        PARISC64(0x8000000F, "parisc64"),
        RISCV64(0xC00000F3, "riscv64"),
        SH(0x4000002A, "sh"),
        SHEB(0x0000002A, "sheb");

        private final int token;
        private final String dockerName;

        Arch(int token, String dockerName) {
            this.token = token;
            this.dockerName = dockerName;
        }

        /** libseccomp's number for the architecture. */
        public int token() {
            return token;
        }

        /**
         * The value of {@code seccomp_data.arch} in the filter: calls of x32 have x86-64's value, and an extra bit in
         * the call's number.
         */
        public int auditArch() {
            return this == X32 ? X86_64.token : token;
        }

        /** The name in the conditions of docker's profiles, such as {@code amd64}. */
        public String dockerName() {
            return dockerName;
        }

        /** The specification's name, such as {@code SCMP_ARCH_X86_64}. */
        public String word() {
            return "SCMP_ARCH_" + name();
        }
    }
}
