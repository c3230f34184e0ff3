package dev.rustyrun.cli;

import dev.rustyrun.cli.remote.HostOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells from the bare words of a command line whether it will launch something, so that a stage can start at once. */
final class Launching {

    static final Set<String> COMMANDS = Set.of("run", "create", "exec");
    static final Set<String> ONLY_TELLS = Set.of("--explain", "--help", "-h", "--version", "-V");

    private Launching() {}

    /** The command of these words, if it will launch something. */
    static Optional<String> commandOf(String[] args) {
        int at = 0;
        while (at < args.length && args[at].startsWith("-")) {
            if (args[at].equals("-v")) {
                return Optional.empty();
            }
            at += HostOption.LOCAL_WITH_VALUE.contains(args[at]) ? 2 : 1;
        }
        boolean asked = at < args.length - 1
                && COMMANDS.contains(args[at])
                && List.of(args).stream().noneMatch(ONLY_TELLS::contains);
        return asked ? Optional.of(args[at]) : Optional.empty();
    }
}
