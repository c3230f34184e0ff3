package dev.rustyrun.linux;

import com.kenai.jffi.CallingConvention;
import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.annotate.TargetElement;

/**
 * Replaces parts of jffi in a native executable. A stage lives for a few milliseconds, and the portable initialization
 * of jffi took three of them. Each class below substitutes methods of a jffi class when the executable is built; on a
 * JVM it has no effect.
 */
final class JffiInImage {

    /** Flags of a call context. */
    private static final int STDCALL = 1;

    private static final int WITHOUT_ERRNO = 2;
    private static final int PROTECTED = 4;
    private static final int FIXED_SHIFT = 16;

    private JffiInImage() {}

    /** Loads jffi's library. jffi's own search may unpack a copy, and formats a string in the user's language: 2 ms. */
    @TargetClass(className = "com.kenai.jffi.Init")
    static final class Init {

        private Init() {}

        /**
         * Loads the library from the executable's directory, or from an open file, if the directory was removed before
         * this process started.
         */
        @Substitute
        static void load() {
            // This is jffi's own property, so that it has the same meaning on a JVM.
            String folder = System.getProperty("jffi.boot.library.path");
            if (folder == null) {
                throw new UnsatisfiedLinkError("libjffi-1.2.so is not beside the executable, where it belongs");
            }
            System.load(folder.startsWith("/proc/self/fd/") ? folder : folder + "/libjffi-1.2.so");
        }
    }

    /** Reads jffi's version without reflection. */
    @TargetClass(className = "com.kenai.jffi.Foreign")
    static final class Foreign {

        private Foreign() {}

        @Alias
        static native Foreign getInstance();

        @Alias
        native long newCallContext(long returnType, long[] parameterTypes, int flags);

        @Alias
        native int getCallContextRawParameterSize(long context);

        /** The version that the library must have. */
        @Substitute
        private static int getVersionField(String name) {
            return switch (name) {
                case "MAJOR" -> com.kenai.jffi.Version.MAJOR;
                case "MINOR" -> com.kenai.jffi.Version.MINOR;
                default -> com.kenai.jffi.Version.MICRO;
            };
        }
    }

    /**
     * Describes a call with a given number of arguments. jffi's own constructor looks up one of its fields by
     * reflection.
     */
    @TargetClass(className = "com.kenai.jffi.CallContext")
    static final class CallContext {

        @Alias
        private long contextAddress;

        @Alias
        private int parameterCount;

        @Alias
        private int rawParameterSize;

        @Alias
        private Type returnType;

        @Alias
        private Type[] parameterTypes;

        @Alias
        private long[] parameterTypeHandles;

        @Alias
        private int fixedParamCount;

        @Alias
        private int flags;

        @Alias
        private Foreign foreign;

        /** Does what jffi's constructor does, but sets no field updater, which jffi needs only to free the context. */
        @Substitute
        @TargetElement(name = TargetElement.CONSTRUCTOR_NAME)
        CallContext(
                Type returned,
                int fixed,
                Type[] parameters,
                CallingConvention convention,
                boolean saveErrno,
                boolean protectFaults) {
            foreign = Foreign.getInstance();
            returnType = returned;
            parameterTypes = parameters.clone();
            parameterTypeHandles = Type.nativeHandles(parameters);
            parameterCount = parameters.length;
            fixedParamCount = fixed;
            flags = (saveErrno ? 0 : WITHOUT_ERRNO)
                    | (convention == CallingConvention.STDCALL ? STDCALL : 0)
                    | (protectFaults ? PROTECTED : 0);
            contextAddress =
                    foreign.newCallContext(returned.handle(), parameterTypeHandles, flags | fixed << FIXED_SHIFT);
            if (contextAddress == 0) {
                throw new IllegalStateException("libjffi cannot describe a call of " + parameterCount + " arguments");
            }
            rawParameterSize = foreign.getCallContextRawParameterSize(contextAddress);
        }
    }

    /** The methods of jffi's Type that a call context needs. */
    @TargetClass(className = "com.kenai.jffi.Type")
    static final class Type {

        private Type() {}

        @Alias
        native long handle();

        @Alias
        static native long[] nativeHandles(Type[] types);
    }

    /** Selects the memory access class. jffi checks for each method of Unsafe whether it exists: 0.3 ms. */
    @TargetClass(className = "com.kenai.jffi.MemoryIO")
    static final class MemoryIO {

        private MemoryIO() {}

        @Substitute
        static boolean isUnsafeAvailable() {
            return true;
        }
    }

    /**
     * Starts no thread. jffi's cleaner starts one to free unused call contexts. Ours are used until the end, and a
     * stage with a second thread could neither enter a user namespace nor read all of its signals from one descriptor.
     */
    @Substitute
    @TargetClass(className = "com.kenai.jffi.internal.Cleaner")
    static final class Cleaner {

        private Cleaner() {}

        @Substitute
        static Runnable register(Object owner, Runnable free) {
            return free;
        }
    }
}
