package dev.rustyrun.cli;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.SpecTemplate;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun spec}: writes a template {@code config.json} for a bundle. */
@Command(
        name = "spec",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Write a config.json to start an OCI bundle with.",
        footer = {
            "",
            "The configuration runs sh on a terminal; its root file system is the directory rootfs in the bundle.",
            "An existing config.json is not changed.",
            "",
            "Examples:",
            "  mkdir bundle && cp -a busybox-rootfs bundle/rootfs && rustyrun spec --bundle bundle",
            "  rustyrun spec --rootless"
        })
final class SpecCommand implements Callable<Integer> {

    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Use this bundle directory (default: the current directory).")
    private Path bundle;

    @Option(
            names = "--rootless",
            description = "Write a configuration for an ordinary user: with a user namespace and the host's network.")
    private boolean rootless;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public Integer call() {
        Path file = bundle.resolve("config.json");
        String text = SpecTemplate.ofHost(rootless);
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new InvalidSpecException(file + " already exists: remove it first, or give another --bundle");
        } catch (NoSuchFileException e) {
            throw new InvalidSpecException("bundle " + bundle + " is not a directory: create it first");
        } catch (IOException e) {
            throw new InvalidSpecException("cannot write " + file + ": " + e.getMessage());
        }
        return 0;
    }
}
