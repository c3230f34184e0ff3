package dev.rustyrun.cli.remote;

import dev.rustyrun.cli.common.ClientOptions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** Decides from an unparsed command line whether it addresses a server, before any other client class is loaded. */
public final class HostOption {

    /** The environment variable with the server's address. */
    static final String VARIABLE = "RUSTYRUN_HOST";

    /** Options of the local runtime that have a value; a test compares these lists with the command line models. */
    public static final Set<String> LOCAL_WITH_VALUE =
            Set.of("--root", "--log", "--log-format", "--cgroup-manager", "--criu");

    private HostOption() {}

    /**
     * Whether the command line addresses a server: {@code --host} is given before the command, or the environment names
     * a server and the server supports the command. Options of the local runtime, such as {@code --root}, override the
     * environment.
     */
    public static boolean isGiven(String[] args) {
        return isGiven(args, System.getenv(VARIABLE));
    }

    static boolean isGiven(String[] args, String variable) {
        boolean named = variable != null && !variable.isEmpty();
        int at = 0;
        while (at < args.length && args[at].startsWith("-")) {
            String word = args[at];
            if (word.equals(ClientOptions.HOST) || word.startsWith(ClientOptions.HOST + "=")) {
                return true;
            }
            named &= ClientOptions.WITH_VALUE.contains(word.split("=", 2)[0]) || word.equals("--debug");
            at += ClientOptions.WITH_VALUE.contains(word) || LOCAL_WITH_VALUE.contains(word) ? 2 : 1;
        }
        return named && at < args.length && Commands.NAMES.contains(args[at]);
    }

    /**
     * The commands that a server supports, from the annotations of {@link ClientCommand}. In a separate class, so that a
     * JVM reads them only when the environment names a server; a native image does it at build time.
     */
    static final class Commands {

        static final Set<String> NAMES = new HashSet<>();

        static {
            for (Class<?> one : ClientCommand.class.getAnnotation(Command.class).subcommands()) {
                if (one != HelpCommand.class) {
                    Command command = one.getAnnotation(Command.class);
                    NAMES.add(command.name());
                    NAMES.addAll(List.of(command.aliases()));
                }
            }
        }

        private Commands() {}
    }
}
