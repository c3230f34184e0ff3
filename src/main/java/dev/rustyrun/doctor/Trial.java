package dev.rustyrun.doctor;

/** The result of a command that was tried in a user namespace. */
sealed interface Trial {

    /** It succeeded. */
    record Done() implements Trial {}

    /** It failed; {@code words} is its error output, in one line. */
    record Refused(String words) implements Trial {}

    /** It could not be tried. */
    record NotTried(String reason) implements Trial {}
}
