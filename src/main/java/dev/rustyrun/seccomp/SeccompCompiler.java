package dev.rustyrun.seccomp;

import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MissingLibraryException;
import dev.rustyrun.linux.SeccompLibrary;
import dev.rustyrun.linux.SeccompLibrary.Comparison;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Compiles a profile with libseccomp, in the same way as runc, to the program that the kernel runs on each call. */
final class SeccompCompiler {

    /** BPF_MAXINSNS. */
    private static final int MAX_INSTRUCTIONS = 4096;

    private static final int ENOSYS = 38;
    /** libseccomp up to 2.5.4 makes a wrong search tree for very few rules. */
    private static final int TREE_FROM = 32;

    private static final int NOTIFY_API_LEVEL = 6;

    private final SeccompLibrary library;
    private final Seccomp seccomp;
    private final Set<Seccomp.Arch> archs;
    private final int defaultAction;
    private final Set<Object> added = new HashSet<>();

    private SeccompCompiler(SeccompLibrary library, Seccomp seccomp, Machine machine) {
        this.library = library;
        this.seccomp = seccomp;
        archs = EnumSet.of(machine.arch());
        archs.addAll(seccomp.architectures());
        defaultAction = seccomp.defaultAction().value(seccomp.defaultErrnoRet());
    }

    /**
     * Compiles {@code seccomp} to an array of {@code struct sock_filter}.
     *
     * @throws InvalidSpecException when libseccomp is not installed, or does not support the profile
     */
    static byte[] compile(Seccomp seccomp, Machine machine) {
        return compile(seccomp, machine, SeccompLibrary::open);
    }

    static byte[] compile(Seccomp seccomp, Machine machine, Supplier<SeccompLibrary> opener) {
        SeccompLibrary library;
        try {
            library = opener.get();
        } catch (MissingLibraryException e) {
            throw new InvalidSpecException("libseccomp, which compiles the system call filter, is missing ("
                    + e.getMessage() + "): install libseccomp2, or run without a filter, --seccomp unconfined");
        }
        SeccompCompiler compiler = new SeccompCompiler(library, seccomp, machine);
        return limited(CompactFilter.of(compiler.compile()));
    }

    private static byte[] limited(byte[] program) {
        int count = program.length / UnknownCalls.INSTRUCTION_SIZE;
        if (count > MAX_INSTRUCTIONS) {
            throw new InvalidSpecException("the seccomp profile has " + count + " instructions, but the kernel"
                    + " allows " + MAX_INSTRUCTIONS + ": use fewer rules or architectures");
        }
        return program;
    }

    /** The program as libseccomp compiles it. */
    static byte[] uncompacted(Seccomp seccomp, Machine machine) {
        return new SeccompCompiler(SeccompLibrary.open(), seccomp, machine).compile();
    }

    private byte[] compile() {
        if (seccomp.notifies() && library.apiLevel() < NOTIFY_API_LEVEL) {
            throw new InvalidSpecException(
                    "SCMP_ACT_NOTIFY needs Linux 5.7 and libseccomp 2.5; this is libseccomp " + library.version());
        }
        byte[] program;
        try (SeccompLibrary.Filter filter = library.filter(defaultAction)) {
            for (Seccomp.Arch arch : archs) {
                addArch(filter, arch);
            }
            if (seccomp.syscalls().size() > TREE_FROM || names() > TREE_FROM) {
                filter.searchByTree();
            }
            for (int i = 0; i < seccomp.syscalls().size(); i++) {
                addRule(filter, i, seccomp.syscalls().get(i));
            }
            program = filter.export();
        }
        return UnknownCalls.refuse(lastCalls(), program);
    }

    private int names() {
        int names = 0;
        for (Seccomp.Rule rule : seccomp.syscalls()) {
            names += rule.names().size();
        }
        return names;
    }

    private void addArch(SeccompLibrary.Filter filter, Seccomp.Arch arch) {
        try {
            filter.addArchitecture(arch.token());
        } catch (LinuxException e) {
            throw new InvalidSpecException("seccomp.architectures: libseccomp " + library.version() + " cannot filter "
                    + arch.word() + " on this machine: " + e.getMessage());
        }
    }

    private void addRule(SeccompLibrary.Filter filter, int index, Seccomp.Rule rule) {
        int action = rule.action().value(rule.errnoRet());
        if (action == defaultAction) {
            // The rule adds nothing, and libseccomp treats it as an error.
            return;
        }
        for (String name : rule.names()) {
            try {
                if (sameArgumentTwice(rule.args())) {
                    // libseccomp compares an argument only once per rule, so each comparison becomes a rule.
                    for (Seccomp.Arg arg : rule.args()) {
                        add(filter, action, name, List.of(arg));
                    }
                } else {
                    add(filter, action, name, rule.args());
                }
            } catch (LinuxException e) {
                throw new InvalidSpecException("seccomp.syscalls[" + index + "]: libseccomp rejects this rule for "
                        + name + ", does another contradict it? " + e.getMessage());
            }
        }
    }

    private void add(SeccompLibrary.Filter filter, int action, String name, List<Seccomp.Arg> args) {
        if (!added.add(List.of(action, name, args))) {
            return;
        }
        Comparison[] comparisons = new Comparison[args.size()];
        for (int i = 0; i < comparisons.length; i++) {
            Seccomp.Arg arg = args.get(i);
            comparisons[i] = new Comparison(arg.index(), arg.op().number(), arg.value(), arg.valueTwo());
        }
        filter.addRule(action, name, comparisons);
    }

    private static boolean sameArgumentTwice(List<Seccomp.Arg> args) {
        int seen = 0;
        for (Seccomp.Arg arg : args) {
            if ((seen & 1 << arg.index()) != 0) {
                return true;
            }
            seen |= 1 << arg.index();
        }
        return false;
    }

    /** The highest call number that the profile names, for each architecture with a named call. */
    private Map<Seccomp.Arch, Integer> lastCalls() {
        if (seccomp.defaultAction().lets() || defaultAction == Seccomp.Action.ERRNO.value(OptionalInt.of(ENOSYS))) {
            return Collections.emptyMap();
        }
        Map<Seccomp.Arch, Integer> last = new LinkedHashMap<>();
        for (Seccomp.Arch arch : archs) {
            int largest = -1;
            for (Seccomp.Rule rule : seccomp.syscalls()) {
                for (String name : rule.names()) {
                    largest = Math.max(largest, library.number(arch.token(), name));
                }
            }
            if (largest >= 0) {
                last.put(arch, largest);
            }
        }
        return last;
    }
}
