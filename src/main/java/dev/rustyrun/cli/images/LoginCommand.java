package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.NativeServices;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code login}: checks and stores the credentials for a registry. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Log in to a registry. Podman and skopeo use the same login.",
        footer = {"", "Example:", "  rustyrun login --username me --password-stdin registry.example < token"})
public final class LoginCommand implements EngineContext.Command {

    private static final int MAX_PASSWORD = 64 * 1024;

    @Parameters(
            paramLabel = "REGISTRY",
            arity = "0..1",
            defaultValue = "docker.io",
            description = "The registry's host (default: ${DEFAULT-VALUE}).")
    private String registry;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "The user name; without it, a prompt on the terminal.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = {"-p", "--password"},
            paramLabel = "PASSWORD",
            description =
                    "The password; insecure, because other users can see it in the process list: use --password-stdin.")
    private Optional<String> password = Optional.empty();

    @Option(names = "--password-stdin", description = "Read the password from standard input.")
    private boolean fromInput;

    @Mixin
    private RegistryArguments arguments;

    @Override
    public int perform(EngineContext context) {
        NativeServices.start();
        String name = user.orElseGet(() -> ask("Username: ", false));
        String secret = fromInput ? input() : password.orElseGet(() -> ask("Password: ", true));
        context.print("Logged in; credentials stored in "
                + context.images().login(registry, name, secret, arguments.with("")) + "\n");
        return 0;
    }

    private static String input() {
        try {
            return new String(System.in.readNBytes(MAX_PASSWORD), StandardCharsets.UTF_8).replaceFirst("\r?\n$", "");
        } catch (IOException e) {
            throw new InvalidSpecException("the password cannot be read from standard input: " + e.getMessage());
        }
    }

    private static String ask(String prompt, boolean secret) {
        Console console = System.console();
        if (console == null) {
            throw new InvalidSpecException("no terminal to prompt on: pass --username and --password-stdin");
        }
        String answer = secret ? new String(console.readPassword("%s", prompt)) : console.readLine("%s", prompt);
        return answer == null ? "" : answer;
    }
}
