package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rootfs}: creates root file systems for {@code run --rootfs}. */
@Command(
        name = "rootfs",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 125,
        description = "Create root file systems for run --rootfs.",
        subcommands = RootfsCommand.Get.class)
public final class RootfsCommand extends CommandGroup {

    /** {@code rootfs get}: creates a root file system with the script that root-file-systems/get also uses. */
    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = {"Create a root file system. A complete one is not changed; after a failure, nothing remains."
            },
            footer = {
                "",
                "Names:",
                "  busybox   one static program, from this machine or Debian's busybox-static package",
                "  debian    Debian's minimal system, by debootstrap; needs root",
                "  alpine    Alpine Linux 3.19.1's mini root file system, downloaded and checked",
                "",
                "Example:",
                "  rustyrun rootfs get busybox && rustyrun run --rootfs root-file-systems/busybox-rootfs sh"
            })
    public static final class Get implements EngineContext.Command {

        /** The script's name in its error messages, which it prints before it exits with 125. */
        private static final String NAME = "rustyrun: rootfs get";

        @Parameters(index = "0", paramLabel = "busybox|debian|alpine", arity = "1", description = "The name.")
        private String name;

        @Parameters(
                index = "1",
                paramLabel = "DIR",
                arity = "0..1",
                description = "The directory (default: root-file-systems/NAME-rootfs).")
        private Optional<String> directory = Optional.empty();

        @Override
        public int perform(EngineContext context) {
            List<String> words = new ArrayList<>(List.of("sh", "-c", script(), NAME, name));
            words.add(directory.orElse("root-file-systems/" + name + "-rootfs"));
            context.become("/bin/sh", words);
            return EngineContext.FAILED;
        }

        private static String script() {
            try (InputStream script = RootfsCommand.class.getResourceAsStream("get-rootfs")) {
                return new String(script.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
