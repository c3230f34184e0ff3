package dev.rustyrun.container.served;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.ServedStages;

/** How a command exchanges data with its client. Used for one command. */
public interface Exchange {

    /** Connects the command that {@code stages} will start; closes the pipes of the stages in the end. */
    void connect(Linux linux, ServedStages stages);
}
