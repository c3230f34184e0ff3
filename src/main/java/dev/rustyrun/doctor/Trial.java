package dev.rustyrun.doctor;

/** What became of a command that was tried in a user namespace. */
sealed interface Trial {

    /** It worked. */
    record Done() implements Trial {}

    /** It did not; what it said, in one line. */
    record Refused(String words) implements Trial {}

    /** It could not be tried, and why. */
    record NotTried(String reason) implements Trial {}
}
