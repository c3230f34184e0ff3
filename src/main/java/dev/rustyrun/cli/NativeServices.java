package dev.rustyrun.cli;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.rustyrun.stage.SelfExec;
import org.graalvm.nativeimage.VMRuntime;

/**
 * The services of a native executable's VM that the stages do without, because each of them is a thread or time at
 * start (see application.properties), and that a server needs, and a client of registries: shutdown on signals, reference handling, and the JDK's
 * library for the network.
 */
public final class NativeServices {

    private NativeServices() {}

    /** Starts them; does nothing on a JVM, which always has them. */
    public static void start() {
        if (SelfExec.isNativeImage()) {
            System.loadLibrary("net");
            VMRuntime.initialize();
            ReferenceHandlerThread.start();
        }
    }

    @TargetClass(className = "com.oracle.svm.core.heap.ReferenceHandlerThread")
    static final class ReferenceHandlerThread {

        private ReferenceHandlerThread() {}

        @Alias
        static native void start();
    }

    /** The network library is loaded when a socket is first opened: its start asks the kernel about sockets. */
    @TargetClass(className = "com.oracle.svm.core.posix.PosixNativeLibrarySupport")
    static final class Libraries {

        private Libraries() {}

        @Substitute
        private static void loadNetLibrary() {
            // Not at start.
        }
    }
}
