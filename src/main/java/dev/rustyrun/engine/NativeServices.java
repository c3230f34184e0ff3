package dev.rustyrun.engine;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.ServiceResources;
import org.graalvm.nativeimage.VMRuntime;

/**
 * The VM services of a native executable that only a server or a registry client needs: shutdown on signals, reference
 * handling, and the JDK's network library. The stages do without them, because each costs a thread or start-up time;
 * see application.properties.
 */
public final class NativeServices {

    private NativeServices() {}

    /** Starts the services; does nothing on a JVM, which always has them. */
    public static void start() {
        if (OwnProcess.isNative()) {
            System.loadLibrary("net");
            VMRuntime.initialize();
            ReferenceHandlerThread.start();
        }
    }

    /**
     * Prepares this process to serve launches: its cgroup, its heap and these services.
     *
     * @param takesCgroup whether the service runs in a container whose cgroup it takes over, for its launches
     */
    public static void startServer(boolean takesCgroup) {
        ServiceResources.prepare(takesCgroup);
        start();
    }

    @TargetClass(className = "com.oracle.svm.core.heap.ReferenceHandlerThread")
    static final class ReferenceHandlerThread {

        private ReferenceHandlerThread() {}

        @Alias
        static native void start();
    }

    /** Loads the network library when a socket is first opened, because loading it asks the kernel about sockets. */
    @TargetClass(className = "com.oracle.svm.core.posix.PosixNativeLibrarySupport")
    static final class Libraries {

        private Libraries() {}

        @Substitute
        private static void loadNetLibrary() {
            // Not loaded at start.
        }
    }
}
