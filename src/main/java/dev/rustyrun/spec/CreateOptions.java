package dev.rustyrun.spec;

import java.util.Optional;

/**
 * Options for creating a container from a bundle, or for an exec.
 *
 * @param consoleSocket path of a unix socket that receives the master side of the process's terminal
 * @param pids where the process id is reported
 * @param descriptors how many descriptors from 3 on the process inherits
 * @param noPivot whether the root is changed without pivot_root(2)
 * @param traced whether each step is printed
 */
public record CreateOptions(
        Optional<String> consoleSocket, PidOutputs pids, int descriptors, boolean noPivot, boolean traced) {

    /**
     * Checks that a detached process has a console socket exactly when it has a terminal.
     *
     * @throws InvalidSpecException for a terminal without a socket, or a socket without a terminal
     */
    public void checkTerminal(Spec.Process process) {
        if (process.terminal() && consoleSocket.isEmpty()) {
            throw new InvalidSpecException(
                    "process.terminal is true: a detached process needs a --console-socket for it");
        }
        if (!process.terminal() && consoleSocket.isPresent()) {
            throw new InvalidSpecException(
                    "--console-socket is for a process with a terminal, and process.terminal is false");
        }
    }
}
