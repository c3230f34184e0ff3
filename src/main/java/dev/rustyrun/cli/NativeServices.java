package dev.rustyrun.cli;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.TargetClass;
import dev.rustyrun.launch.SelfExec;
import org.graalvm.nativeimage.VMRuntime;

/**
 * The services of a native executable's VM that the stages do without, because each of them is a thread and time at
 * start (see application.properties), and that a server needs: shutdown on signals, and reference handling.
 */
final class NativeServices {

    private NativeServices() {
    }

    /** Starts them; does nothing on a JVM, which always has them. */
    static void start() {
        if (SelfExec.isNativeImage()) {
            VMRuntime.initialize();
            ReferenceHandlerThread.start();
        }
    }

    @TargetClass(className = "com.oracle.svm.core.heap.ReferenceHandlerThread")
    static final class ReferenceHandlerThread {

        private ReferenceHandlerThread() {
        }

        @Alias
        static native void start();
    }
}
