package dev.rustyrun.doctor;

/** One check of a machine. */
@FunctionalInterface
interface Check {

    /** The answer for this machine. An exception is a bug of the check; {@link Question} turns it into a warning. */
    Answer on(Machine machine);
}
