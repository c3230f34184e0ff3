package dev.rustyrun.container;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.TargetClass;

/** The garbage in the heap of this process, if it is the native executable. A JVM decides for itself. */
public final class OwnHeap {

    private OwnHeap() {}

    /** Collects garbage now, so that none of the next allocations has to wait for it. */
    public static void collect() {
        if (OwnProcess.isNative()) {
            Collector.getGCImpl().collect(Cause.HintedGC);
        }
    }

    /** The serial collector; {@link System#gc} would collect the old generation, too. */
    @TargetClass(className = "com.oracle.svm.core.genscavenge.GCImpl")
    static final class Collector {

        private Collector() {}

        @Alias
        static native Collector getGCImpl();

        @Alias
        native void collect(Cause cause);
    }

    @TargetClass(className = "com.oracle.svm.core.heap.GCCause")
    static final class Cause {

        @Alias
        static Cause HintedGC;

        private Cause() {}
    }
}
