package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a container from a bundle. */
final class BundleOptions {

    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "Use this bundle directory (default of create: the current directory).")
    private Path bundle;

    @Option(
            names = {"-f", "--config"},
            paramLabel = "FILE",
            defaultValue = Bundle.CONFIG,
            description =
                    "Read the configuration from FILE instead of ${DEFAULT-VALUE}; relative to the bundle's directory.")
    private String config;

    @Option(names = "--no-pivot", description = "Change the root without pivot_root, as on a ramdisk; less safe.")
    private boolean noPivot;

    @Option(
            names = "--no-new-keyring",
            description = "Accepted for runc compatibility; has no effect. Rustyrun creates no keyring.")
    private boolean noNewKeyring;

    @Mixin
    private DetachOptions detached;

    @Option(names = "--trace-steps", hidden = true, description = "Report each step and its time on stderr.")
    private boolean trace;

    /** Whether a bundle or a configuration file was given. */
    boolean isGiven() {
        return bundle != null || !config.equals(Bundle.CONFIG);
    }

    /** Rejects options that apply only to a container from a bundle. */
    void checkNone() {
        if (isGiven()) {
            throw new InvalidSpecException("--rootfs and --bundle cannot be used together");
        }
        Optional<String> given =
                noPivot ? Optional.of("--no-pivot") : trace ? Optional.of("--trace-steps") : detached.given();
        given.ifPresent(option -> {
            throw new InvalidSpecException(option + " requires --bundle DIR; leave it out");
        });
    }

    /** Whether {@code words} name a bundle. Works for invalid command lines too. */
    static boolean isNamedIn(List<String> words) {
        return words.stream().anyMatch(word -> word.matches("--bundle(=.*)?|-b.*"))
                && words.stream().noneMatch(word -> word.matches("--rootfs(=.*)?"));
    }

    /**
     * Reads the bundle.
     *
     * @throws InvalidSpecException when the bundle is invalid
     */
    Bundle read(CommandContext context) {
        Bundle read = context.runtime().bundle(bundle == null ? Path.of(".") : bundle, config);
        return read.with(
                NotifySocket.passOn(detached.withListenDescriptors(read).spec()));
    }

    /** @param traced whether another option traces the launch */
    CreateOptions createOptions(CommandContext context, boolean traced) {
        return detached.options(noPivot, traced || trace || context.log().isDebugging());
    }
}
