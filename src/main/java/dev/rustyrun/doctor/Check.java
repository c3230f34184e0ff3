package dev.rustyrun.doctor;

/** Finds out one thing about a machine. */
@FunctionalInterface
interface Check {

    /** The answer for this machine. What it throws is a bug of the check; {@link Question} makes a warning of it. */
    Answer on(Machine machine);
}
