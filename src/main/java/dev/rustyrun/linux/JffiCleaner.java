package dev.rustyrun.linux;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * In a native executable, stands in for jffi's cleaner, which starts a thread to free call descriptions that are no
 * longer used. Ours are used to the end, and a stage that has a second thread can neither enter a user namespace nor
 * take all of its signals from one descriptor.
 */
@Substitute
@TargetClass(className = "com.kenai.jffi.internal.Cleaner")
final class JffiCleaner {

    private JffiCleaner() {
    }

    @Substitute
    static Runnable register(Object owner, Runnable free) {
        return free;
    }
}
