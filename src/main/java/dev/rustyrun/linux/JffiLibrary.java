package dev.rustyrun.linux;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * In a native executable, stands in for jffi's search for its library, which may unpack a copy of it and even on the
 * shortest way formats a string in the user's language: 2 ms, in each of three stages. Here it lies beside the
 * executable.
 */
@TargetClass(className = "com.kenai.jffi.Init")
final class JffiLibrary {

    private JffiLibrary() {
    }

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
