package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/** A way in which {@code run} starts {@code child}. */
interface ChildStart {

    /** Starts {@code child} with {@code files} as its descriptors 0 to 3, and returns its process id. */
    int start(int[] files);

    /** Starts it by executing this program again. */
    static ChildStart byExec(Linux linux, SelfExec self) {
        return files -> self.startChild(linux, files).pid();
    }
}
