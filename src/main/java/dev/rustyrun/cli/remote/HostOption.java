package dev.rustyrun.cli.remote;

import java.util.Set;

/** Tells from the bare words of a command line whether it speaks to a server, before anything else of a client is loaded. */
public final class HostOption {

    /** The environment variable that says where the server is. */
    static final String VARIABLE = "RUSTYRUN_HOST";

    private static final String NAME = "--host";
    /** Options of the local runtime that take the next word; a test compares these lists with the models of the command lines. */
    public static final Set<String> LOCAL_WITH_VALUE =
            Set.of("--root", "--log", "--log-format", "--cgroup-manager", "--criu");

    static final Set<String> OWN_WITH_VALUE = Set.of("--token-file", "--tls-ca", "--tls-cert", "--tls-key");
    static final Set<String> COMMANDS = Set.of(
            "run", "attach", "exec", "ps", "top", "list", "ls", "logs", "kill", "stop", "delete", "rm", "pause",
            "unpause", "resume", "update", "stats", "inspect", "cp", "wait", "info", "images", "pull", "rmi");

    private HostOption() {}

    /**
     * Whether these words are a client's: {@code --host} stands before the command, or the environment names a server and
     * the command is one that a server can perform. Who gives options of the local runtime, such as {@code --root}, means
     * that.
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
