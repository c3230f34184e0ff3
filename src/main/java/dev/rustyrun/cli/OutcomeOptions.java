package dev.rustyrun.cli;

import dev.rustyrun.container.OutcomeJson;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options about the result of a launch. */
final class OutcomeOptions {

    @Option(
            names = "--result",
            paramLabel = "FILE",
            description = "Write the result to FILE, as JSON: reason, exit code, signal, times, memory.")
    private String result;

    @Option(
            names = "--cidfile",
            paramLabel = "FILE",
            description = "Write the container's id to FILE, which must not exist.")
    private String idFile;

    /** Whether the id is written to a file. */
    boolean wantsId() {
        return idFile != null;
    }

    /** Writes the id file, which must not exist: another process may still read the old one. */
    void writeId(Linux linux, String id) {
        try (OpenFile file = UserFile.toWrite(linux, idFile, FileFlag.O_EXCL, 0666)) {
            linux.writeAll(file.descriptor(), id.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            throw new InvalidSpecException("--cidfile \"" + idFile + "\" cannot be written: " + e.getMessage()
                    + (e.errno() == Errno.EEXIST ? "; remove it first" : ""));
        }
    }

    /** Removes the id file, because the container was not created. */
    void removeId() {
        if (wantsId()) {
            Path.of(idFile).toFile().delete();
        }
    }

    /** Checks these options before anything is started. */
    void check() {
        Path folder = result == null || result.isEmpty()
                ? null
                : Path.of(result).toAbsolutePath().getParent();
        if (folder != null && !Files.isWritable(folder)) {
            throw new InvalidSpecException("--result " + result + ": " + folder + " is not a writable directory");
        }
    }

    /** Checks these options for a detached container. */
    void checkDetached() {
        check();
        if (result != null) {
            throw new InvalidSpecException(
                    "--result needs a process that waits for the container; with --detach, use inspect");
        }
    }

    /** Writes the result file, if requested. Returns the error if that fails, which does not change the exit status. */
    Optional<String> write(Linux linux, Outcome outcome) {
        if (result == null) {
            return Optional.empty();
        }
        try (OpenFile file = UserFile.toWrite(linux, result, FileFlag.O_TRUNC, 0666)) {
            linux.writeAll(file.descriptor(), OutcomeJson.write(outcome).getBytes(StandardCharsets.UTF_8));
            return Optional.empty();
        } catch (LinuxException e) {
            return Optional.of("--result \"" + result + "\" cannot be written: " + e.getMessage());
        }
    }
}
