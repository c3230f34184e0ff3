package dev.rustyrun.linux;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls functions of one library by name with up to six machine words, through jffi, the lower layer of jnr-ffi.
 *
 * <p>A jnr-ffi interface is too slow here: its proxies inspect and convert every signature by reflection at the first
 * use, which cost a stage 0.8 ms before its first system call and several more for string arrays. A word-sized call
 * context per arity needs none of that, works on the JVM and in a native image alike, and starts no thread.
 */
final class NativeCall {

    /** The maximum number of arguments of a call. */
    static final int MAX_ARGUMENTS = 6;

    private final Library library;
    private final String name;
    private final CallContext[] byArity = new CallContext[MAX_ARGUMENTS + 1];
    private final Map<String, Long> addresses = new HashMap<>();

    private NativeCall(Library library, String name) {
        this.library = library;
        this.name = name;
    }

    /** The process's own libc. */
    static NativeCall libc() {
        return new NativeCall(
                Library.openLibrary("libc.so.6", Library.LAZY | Library.GLOBAL),
                "libc (glibc 2.31 or newer is needed)");
    }

    /**
     * A library by its file name, man 3 dlopen.
     *
     * @throws MissingLibraryException when it cannot be loaded
     */
    static NativeCall library(String fileName) {
        Library library = Library.openLibrary(fileName, Library.NOW | Library.LOCAL);
        if (library == null) {
            throw new MissingLibraryException(
                    String.valueOf(Library.getLastError()).strip().replace('\n', ' '));
        }
        return new NativeCall(library, fileName);
    }

    /** Calls {@code function}; integers narrower than a word are widened, as the x86-64 and AArch64 ABIs allow. */
    long call(String function, long... a) {
        long address = address(function);
        CallContext context = context(a.length);
        Invoker invoker = Invoker.getInstance();
        return switch (a.length) {
            case 0 -> invoker.invokeN0(context, address);
            case 1 -> invoker.invokeN1(context, address, a[0]);
            case 2 -> invoker.invokeN2(context, address, a[0], a[1]);
            case 3 -> invoker.invokeN3(context, address, a[0], a[1], a[2]);
            case 4 -> invoker.invokeN4(context, address, a[0], a[1], a[2], a[3]);
            case 5 -> invoker.invokeN5(context, address, a[0], a[1], a[2], a[3], a[4]);
            default -> invoker.invokeN6(context, address, a[0], a[1], a[2], a[3], a[4], a[5]);
        };
    }

    /** Resolves {@code function} and all that its call needs, so that the call itself allocates nothing. */
    void prepare(String function, int arity) {
        address(function);
        context(arity);
        errno();
    }

    /** The address of the variable {@code name} of the library. */
    long variable(String name) {
        return address(name);
    }

    /** Whether the library has {@code function}. */
    boolean has(String function) {
        return library.getSymbolAddress(function) != 0;
    }

    int errno() {
        return LastError.getInstance().get();
    }

    private synchronized long address(String function) {
        Long known = addresses.get(function);
        if (known == null) {
            known = library.getSymbolAddress(function);
            if (known == 0) {
                throw new UnsatisfiedLinkError("no function " + function + " in " + name);
            }
            addresses.put(function, known);
        }
        return known;
    }

    private synchronized CallContext context(int arity) {
        if (byArity[arity] == null) {
            Type[] words = new Type[arity];
            java.util.Arrays.fill(words, Type.SINT64);
            byArity[arity] = CallContext.getCallContext(Type.SINT64, words, CallingConvention.DEFAULT, true);
        }
        return byArity[arity];
    }
}
