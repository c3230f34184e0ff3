package dev.rustyrun.container.served;

import dev.rustyrun.spec.CapturedOutput;

/** The memory that all clients of a service share. */
public interface Memory extends CapturedOutput.Room {

    /** Releases memory that was reserved. */
    void giveBack(long bytes);
}
