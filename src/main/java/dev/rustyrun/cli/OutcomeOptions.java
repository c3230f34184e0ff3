package dev.rustyrun.cli;

import dev.rustyrun.container.OutcomeJson;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a launch about its end. */
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

    /** Whether the id is wanted in a file. */
    boolean wantsId() {
        return idFile != null;
    }

    /** Writes the file that the id is wanted in, which must not be there: somebody may still read an id from it. */
    void writeId(Linux linux, String id) {
        try (OpenFile file = UserFile.toWrite(linux, idFile, FileFlag.O_EXCL, 0666)) {
            linux.writeAll(file.descriptor(), id.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            throw new InvalidSpecException("--cidfile \"" + idFile + "\" cannot be written: " + e.getMessage()
                    + (e.errno() == Errno.EEXIST ? "; remove it first" : ""));
        }
    }

    /** Takes that file back: there is no such container. */
    void removeId() {
        if (wantsId()) {
            Path.of(idFile).toFile().delete();
        }
    }

    /** Refuses what can be told to be wrong before anything is started. */
    void check() {
        Path folder = result == null || result.isEmpty()
                ? null
                : Path.of(result).toAbsolutePath().getParent();
        if (folder != null && !Files.isWritable(folder)) {
            throw new InvalidSpecException(
                    "--result " + result + ": " + folder + " is not a folder that can be written to");
        }
    }

    /** The same for a container that nobody waits for. */
    void checkDetached() {
        check();
        if (result != null) {
            throw new InvalidSpecException(
                    "--result is written by who waits for the container; with --detach, inspect prints the same");
        }
    }

    /** Writes the result file, if one was asked for; why it cannot be written, which does not change how it ended. */
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
