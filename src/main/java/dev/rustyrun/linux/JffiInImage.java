package dev.rustyrun.linux;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * What jffi does otherwise in a native executable. A stage lives for a few milliseconds; three of them went into how jffi
 * makes itself ready on machines that it does not know. Each class below stands in for a method of jffi's when the
 * executable is built, and means nothing on a JVM.
 */
final class JffiInImage {

    private JffiInImage() {
    }

    /** The search for its library may unpack a copy, and formats a string in the user's language: 2 ms. */
    @TargetClass(className = "com.kenai.jffi.Init")
    static final class Init {

        private Init() {
        }

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

        private Foreign() {
        }

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

    /** Whether there is an Unsafe to read and write memory with is found out method by method: 0.3 ms. */
    @TargetClass(className = "com.kenai.jffi.MemoryIO")
    static final class MemoryIO {

        private MemoryIO() {
        }

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

        private Cleaner() {
        }

        @Substitute
        static Runnable register(Object owner, Runnable free) {
            return free;
        }
    }
}
