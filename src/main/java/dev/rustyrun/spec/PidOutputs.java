package dev.rustyrun.spec;

import java.util.Optional;

/**
 * Where the process that a command has started is reported to the caller.
 *
 * @param file path of a file that gets the process id
 * @param socket path of a unix socket that gets a pidfd of the process; man 2 pidfd_open
 */
public record PidOutputs(Optional<String> file, Optional<String> socket) {

    /** No report. */
    public static final PidOutputs NONE = new PidOutputs(Optional.empty(), Optional.empty());
}
