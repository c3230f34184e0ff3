package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;

/** A way in which {@code child} starts {@code init}. */
interface InitStart {

    /**
     * Starts {@code init} with the stage's channel and standard files.
     *
     * @param handedDown number of further descriptors that it inherits, from {@link StageChannel#FIRST_HANDED_DOWN} on
     * @return its process id
     */
    int start(int handedDown);

    /** Does what can be done before it is known what {@code init} will do. */
    default void prepare() {}

    /** Starts it by executing this program again. */
    static InitStart byExec(Linux linux, SelfExec self) {
        return handedDown -> self.start(linux, InitStage.NAME, StageChannel.DESCRIPTOR, "1");
    }
}
