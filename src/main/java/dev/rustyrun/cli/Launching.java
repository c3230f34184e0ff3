package dev.rustyrun.cli;

import dev.rustyrun.cli.remote.HostOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Detects from an unparsed command line whether it will launch a container, so that a stage can start at once. A launch
 * that is not detected starts its stage later.
 */
final class Launching {

    static final Set<String> COMMANDS = Set.of("run", "create", "exec");
    static final Set<String> WITHOUT_LAUNCH = Set.of("--explain", "--help", "-h", "--version", "-V");

    private Launching() {}

    /** These arguments with {@code run} instead of {@code create}. */
    static String[] asRun(String[] args) {
        List<String> words = new ArrayList<>(List.of(args));
        int at = commandAt(args);
        words.set(at, "run");
        words.add(at + 1, RunCommand.CREATED);
        return words.toArray(String[]::new);
    }

    private static int commandAt(String[] args) {
        int at = 0;
        while (at < args.length && args[at].startsWith("-")) {
            at += HostOption.LOCAL_WITH_VALUE.contains(args[at]) ? 2 : 1;
        }
        return at;
    }

    /** The command, if it will launch a process, and no word, even one of the container's command, makes that doubtful. */
    static Optional<String> commandOf(String[] args) {
        int at = commandAt(args);
        if (List.of(args).subList(0, Math.min(at, args.length)).contains("-v")) {
            return Optional.empty();
        }
        boolean asked = at < args.length - 1
                && COMMANDS.contains(args[at])
                && List.of(args).stream().noneMatch(WITHOUT_LAUNCH::contains);
        return asked ? Optional.of(args[at]) : Optional.empty();
    }
}
