package dev.rustyrun.cli.remote;

import java.util.Set;

/** Decides from an unparsed command line whether it addresses a server, before any other client class is loaded. */
public final class HostOption {

    /** The environment variable with the server's address. */
    static final String VARIABLE = "RUSTYRUN_HOST";

    private static final String NAME = "--host";
    /** Options of the local runtime that have a value; a test compares these lists with the command line models. */
    public static final Set<String> LOCAL_WITH_VALUE =
            Set.of("--root", "--log", "--log-format", "--cgroup-manager", "--criu");

    static final Set<String> OWN_WITH_VALUE = Set.of("--token-file", "--tls-ca", "--tls-cert", "--tls-key");
    static final Set<String> COMMANDS = Set.of(
            "run", "attach", "exec", "ps", "top", "list", "ls", "logs", "kill", "stop", "delete", "rm", "pause",
            "unpause", "resume", "update", "stats", "inspect", "cp", "wait", "info", "images", "pull", "rmi");

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
            if (word.equals(NAME) || word.startsWith(NAME + "=")) {
                return true;
            }
            named &= OWN_WITH_VALUE.contains(word.split("=", 2)[0]) || word.equals("--debug");
            at += OWN_WITH_VALUE.contains(word) || LOCAL_WITH_VALUE.contains(word) ? 2 : 1;
        }
        return named && at < args.length && COMMANDS.contains(args[at]);
    }
}
