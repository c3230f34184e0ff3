package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options about the result of a launch. */
final class OutcomeOptions {

    @InBundle(works = true)
    @Option(
            names = "--result",
            paramLabel = "FILE",
            description = "Write the result to FILE, as JSON: reason, exit code, signal, times, memory.")
    private String result;

    @InBundle(instead = "the id is the argument after --bundle DIR")
    @Option(
            names = "--cidfile",
            paramLabel = "FILE",
            description = "Write the container's id to FILE, which must not exist.")
    private String idFile;

    private boolean idWritten;

    /** Whether the id is written to a file. */
    boolean wantsId() {
        return idFile != null;
    }

    /** Writes the id file, which must not exist: another process may still read the old one. */
    void writeId(String id) {
        GivenFile.create("--cidfile", idFile, id);
        idWritten = true;
    }

    /** Removes the id file, if this process has written it, because the container was not created. */
    void removeId() {
        if (idWritten) {
            Path.of(idFile).toFile().delete();
        }
    }

    /**
     * Checks these options before anything is started.
     *
     * @param detached whether nobody waits for the container's end
     */
    void check(boolean detached) {
        Path folder = result == null || result.isEmpty()
                ? null
                : Path.of(result).toAbsolutePath().getParent();
        if (folder != null && !Files.isWritable(folder)) {
            throw new InvalidSpecException("--result " + result + ": " + folder + " is not a writable directory");
        }
        if (detached && result != null) {
            throw new InvalidSpecException(
                    "--result needs a process that waits for the container; with --detach, use inspect");
        }
    }

    /** Writes the result file, if requested. Returns the error if that fails, which does not change the exit status. */
    Optional<String> write(Outcome outcome) {
        if (result == null) {
            return Optional.empty();
        }
        try {
            CommandContext.writeResult("--result", result, outcome);
            return Optional.empty();
        } catch (InvalidSpecException e) {
            return Optional.of(e.getMessage());
        }
    }
}
