package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/** How {@code child} starts {@code init}. */
interface InitStart {

    /**
     * Starts it with the stage's channel and standard files.
     *
     * @param handedDown how many further descriptors it inherits, from {@link StageChannel#FIRST_HANDED_DOWN} on
     * @return its process id
     */
    int start(int handedDown);

    /** By executing this program anew. */
    static InitStart byExec(Linux linux, SelfExec self) {
        return handedDown -> self.start(linux, InitStage.NAME, StageChannel.DESCRIPTOR, "1");
    }
}
