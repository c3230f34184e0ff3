package dev.rustyrun.linux;

import java.util.Arrays;

/**
 * libseccomp, which compiles rules about system calls into a filter program: the functions of {@code seccomp.h} that
 * are needed for that, each with its man page in section 3. The library is loaded only when this is opened, because
 * most launches find their filter in the cache. Nothing here installs a filter; {@link Linux#installSeccomp} does.
 */
public final class SeccompLibrary {

    private static final String FILE_NAME = "libseccomp.so.2";
    private static final int BUFFER_SIZE = 64 * 1024;
    /** {@code __NR_SCMP_ERROR}: the resolver's result for a name that no architecture has. */
    private static final int NO_SUCH_CALL = -1;

    private static final int SCMP_FLTATR_CTL_OPTIMIZE = 8;
    private static final int BINARY_TREE = 2;

    private final NativeCall seccomp;
    private final NativeCall libc = NativeCall.libc();

    private SeccompLibrary(NativeCall seccomp) {
        this.seccomp = seccomp;
    }

    /**
     * Loads the library.
     *
     * @throws MissingLibraryException when it is not installed
     */
    public static SeccompLibrary open() {
        return open(FILE_NAME);
    }

    static SeccompLibrary open(String fileName) {
        return new SeccompLibrary(NativeCall.library(fileName));
    }

    /** The library's version, such as {@code 2.5.4}; man 3 seccomp_version. */
    public String version() {
        long address = seccomp.call("seccomp_version");
        try (NativeMemory m = new NativeMemory()) {
            return m.getInt(address) + "." + m.getInt(address + 4) + "." + m.getInt(address + 8);
        }
    }

    /**
     * The features that library and kernel support together: 6 and higher include SCMP_ACT_NOTIFY; man 3
     * seccomp_api_get.
     */
    public int apiLevel() {
        return (int) seccomp.call("seccomp_api_get");
    }

    /** Whether the library knows the call {@code name} on any architecture; man 3 seccomp_syscall_resolve_name. */
    public boolean knows(String name) {
        try (NativeMemory m = new NativeMemory()) {
            return (int) seccomp.call("seccomp_syscall_resolve_name", m.string(name)) != NO_SUCH_CALL;
        }
    }

    /**
     * The number of the call {@code name} on the architecture {@code token}, negative when it has no such call; man 3
     * seccomp_syscall_resolve_name_arch.
     */
    public int number(int token, String name) {
        try (NativeMemory m = new NativeMemory()) {
            return (int)
                    seccomp.call("seccomp_syscall_resolve_name_arch", Integer.toUnsignedLong(token), m.string(name));
        }
    }

    /**
     * An empty filter for the machine's own architecture; man 3 seccomp_init.
     *
     * @param action what it returns for a call without a rule
     */
    public Filter filter(int action) {
        long context = seccomp.call("seccomp_init", Integer.toUnsignedLong(action));
        if (context == 0) {
            throw new LinuxException("seccomp_init(0x" + Integer.toHexString(action) + ")", Errno.EINVAL);
        }
        return new Filter(context);
    }

    /** A filter under construction; closing it frees libseccomp's memory. Owned by one thread. */
    public final class Filter implements AutoCloseable {

        private static final int SCMP_ARG_CMP_SIZE = 24;

        private final long context;

        private Filter(long context) {
            this.context = context;
        }

        /**
         * Applies the rules to another architecture, too; man 3 seccomp_arch_add.
         *
         * @throws LinuxException with EDOM or EINVAL when the library does not support it
         */
        public void addArchitecture(int token) {
            int result = (int) seccomp.call("seccomp_arch_add", context, Integer.toUnsignedLong(token));
            if (result != -Errno.EEXIST) {
                check(result, "seccomp_arch_add(0x" + Integer.toHexString(token) + ")");
            }
        }

        /** Requests a binary tree instead of a chain of comparisons. Libraries before 2.5 ignore this. */
        public void searchByTree() {
            seccomp.call("seccomp_attr_set", context, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
        }

        /** Adds a rule if its call exists on any of the filter's architectures; man 3 seccomp_rule_add. */
        public void addRule(int action, String name, Comparison... comparisons) {
            try (NativeMemory m = new NativeMemory()) {
                int number = (int) seccomp.call("seccomp_syscall_resolve_name", m.string(name));
                if (number == NO_SUCH_CALL) {
                    return;
                }
                long array = m.allocate(comparisons.length * SCMP_ARG_CMP_SIZE);
                for (int i = 0; i < comparisons.length; i++) {
                    comparisons[i].write(m, array + (long) i * SCMP_ARG_CMP_SIZE);
                }
                check(
                        (int) seccomp.call(
                                "seccomp_rule_add_array",
                                context,
                                Integer.toUnsignedLong(action),
                                number,
                                comparisons.length,
                                array),
                        "seccomp_rule_add(" + name + ")");
            }
        }

        /** The compiled program, an array of {@code struct sock_filter}; man 3 seccomp_export_bpf. */
        public byte[] export() {
            try (NativeMemory m = new NativeMemory()) {
                int file = (int) libc.call("memfd_create", m.string("seccomp"), 1);
                if (file < 0) {
                    throw new LinuxException("memfd_create(\"seccomp\")", libc.errno());
                }
                try {
                    check((int) seccomp.call("seccomp_export_bpf", context, file), "seccomp_export_bpf");
                    return content(m, file);
                } finally {
                    libc.call("close", file);
                }
            }
        }

        private byte[] content(NativeMemory m, int file) {
            long address = m.allocate(BUFFER_SIZE);
            long count = libc.call("pread", file, address, BUFFER_SIZE, 0);
            if (count < 0) {
                throw new LinuxException("pread(seccomp)", libc.errno());
            }
            byte[] program = new byte[BUFFER_SIZE];
            m.get(address, program, (int) count);
            return Arrays.copyOf(program, (int) count);
        }

        @Override
        public void close() {
            seccomp.call("seccomp_release", context);
        }

        private static void check(int result, String call) {
            if (result < 0) {
                throw new LinuxException(call, -result);
            }
        }
    }

    /**
     * {@code struct scmp_arg_cmp}: a condition on an argument.
     *
     * @param argument index, from 0 to 5
     * @param operator one of {@code enum scmp_compare}
     * @param first the value, or the mask for SCMP_CMP_MASKED_EQ
     * @param second the value that must remain under the mask
     */
    public record Comparison(int argument, int operator, long first, long second) {

        private void write(NativeMemory m, long address) {
            m.putInt(address, argument);
            m.putInt(address + 4, operator);
            m.putLong(address + 8, first);
            m.putLong(address + 16, second);
        }
    }
}
