package dev.rustyrun.linux;

import com.kenai.jffi.CallingConvention;
import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.annotate.TargetElement;

/**
 * What jffi does otherwise in a native executable. A stage lives for a few milliseconds; three of them went into how jffi
 * makes itself ready on machines that it does not know. Each class below stands in for a method of jffi's when the
 * executable is built, and means nothing on a JVM.
 */
final class JffiInImage {

    /** Flags of a call's description. */
    private static final int STDCALL = 1;

    private static final int WITHOUT_ERRNO = 2;
    private static final int PROTECTED = 4;
    private static final int FIXED_SHIFT = 16;

    private JffiInImage() {}

    /** The search for its library may unpack a copy, and formats a string in the user's language: 2 ms. */
    @TargetClass(className = "com.kenai.jffi.Init")
    static final class Init {

        private Init() {}

        /** Loads the library from beside the executable, where it belongs. */
        @Substitute
        static void load() {
            // jffi's own name for it, so that it means the same on a JVM.
            String folder = System.getProperty("jffi.boot.library.path");
            if (folder == null) {
                throw new UnsatisfiedLinkError("libjffi-1.2.so is not beside the executable, where it belongs");
            }
            System.load(folder + "/libjffi-1.2.so");
        }
    }

    /** The version is read by reflection. */
    @TargetClass(className = "com.kenai.jffi.Foreign")
    static final class Foreign {

        private Foreign() {}

        @Alias
        static native Foreign getInstance();

        @Alias
        native long newCallContext(long returnType, long[] parameterTypes, int flags);

        @Alias
        native int getCallContextRawParameterSize(long context);

        /** The version, which the library's must be. */
        @Substitute
        private static int getVersionField(String name) {
            return switch (name) {
                case "MAJOR" -> com.kenai.jffi.Version.MAJOR;
                case "MINOR" -> com.kenai.jffi.Version.MINOR;
                default -> com.kenai.jffi.Version.MICRO;
            };
        }
    }

    /** The description of a call finds one of its own fields by reflection: there is one for each number of arguments. */
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

        /** The same, but without the field's updater, with which jffi would free it. */
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

    /** What the description of a call needs of this class. */
    @TargetClass(className = "com.kenai.jffi.Type")
    static final class Type {

        private Type() {}

        @Alias
        native long handle();

        @Alias
        static native long[] nativeHandles(Type[] types);
    }

    /** Whether there is an Unsafe to read and write memory with is found out method by method: 0.3 ms. */
    @TargetClass(className = "com.kenai.jffi.MemoryIO")
    static final class MemoryIO {

        private MemoryIO() {}

        @Substitute
        static boolean isUnsafeAvailable() {
            return true;
        }
    }

    /**
     * The cleaner starts a thread to free call descriptions that are no longer used. Ours are used to the end, and a stage
     * that has a second thread can neither enter a user namespace nor take all of its signals from one descriptor.
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
