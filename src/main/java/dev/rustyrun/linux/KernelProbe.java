package dev.rustyrun.linux;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.util.Optional;

/** Finds out what the kernel and the libraries of this host support; changes nothing. */
public final class KernelProbe {

    private static final int SECCOMP_GET_ACTION_AVAIL = 2;

    private final NativeCall calls = NativeCall.libc();

    /**
     * The error of a call with arguments that every kernel rejects. ENOSYS: the kernel lacks the call, or a seccomp
     * filter pretends so. EPERM: usually, a filter forbids it. Any other error: the kernel has the call.
     */
    public int errnoOf(ProbedCall call) {
        return calls.call("syscall", call.words()) < 0 ? calls.errno() : 0;
    }

    /**
     * Whether seccomp filters can use {@code action}, a {@code SECCOMP_RET_…} of {@code linux/seccomp.h}; always false
     * on a kernel without seccomp filters; man 2 seccomp, SECCOMP_GET_ACTION_AVAIL.
     */
    public boolean hasSeccompAction(int action) {
        try (NativeMemory m = new NativeMemory()) {
            long number = SystemCall.number("seccomp");
            return calls.call("syscall", number, SECCOMP_GET_ACTION_AVAIL, 0, m.ints(new int[] {action})) == 0;
        }
    }

    /** Whether a file has the extended attribute {@code name}; man 2 getxattr. */
    public boolean hasAttribute(String path, String name) {
        try (NativeMemory m = new NativeMemory()) {
            return calls.call("getxattr", m.string(path), m.string(name), 0, 0) >= 0;
        }
    }

    /** The version of {@code libseccomp.so.2}, if the dynamic linker finds it; man 3 seccomp_version. */
    public Optional<String> libseccompVersion() {
        Library library = Library.openLibrary("libseccomp.so.2", Library.LAZY | Library.LOCAL);
        if (library == null) {
            return Optional.empty();
        }
        long function = library.getSymbolAddress("seccomp_version");
        if (function == 0) {
            return Optional.of("older than 2.3");
        }
        CallContext noArguments =
                CallContext.getCallContext(Type.SINT64, new Type[0], CallingConvention.DEFAULT, false);
        long version = Invoker.getInstance().invokeN0(noArguments, function);
        MemoryIO memory = MemoryIO.getInstance();
        return Optional.of(
                memory.getInt(version) + "." + memory.getInt(version + 4) + "." + memory.getInt(version + 8));
    }
}
