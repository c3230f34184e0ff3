package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/** How {@code run} starts {@code child}. */
interface ChildStart {

    /** Starts it with {@code files} as its descriptors 0 to 3; its process id. */
    int start(int[] files);

    /** By executing this program anew. */
    static ChildStart byExec(Linux linux, SelfExec self) {
        return files -> self.startChild(linux, files).pid();
    }
}
