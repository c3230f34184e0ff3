package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.launch.RunStage;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import java.io.PrintStream;
import java.util.Optional;

/**
 * What a command about containers works with.
 *
 * @param store where the containers are kept
 * @param started the waiting child stage, for a command that launches something
 * @param messages where it is told what went wrong
 * @param log where errors go too
 */
record CommandContext(Linux linux, SelfExec self, ContainerStore store, Optional<RunStage> started, PrintStream messages,
        ErrorLog log) {

    /** Tells of an error, in one line. */
    void error(String message) {
        messages.println("rustyrun: " + message);
        log.error(message);
    }
}
