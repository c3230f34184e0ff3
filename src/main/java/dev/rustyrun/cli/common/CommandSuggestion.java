package dev.rustyrun.cli.common;

import dev.rustyrun.request.Misspelling;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Suggests what an unknown word on the command line was probably meant to be. */
public final class CommandSuggestion {

    private static final int MAX_SUGGESTIONS = 3;
    private static final int LETTERS_PER_MISTAKE = 3;
    private static final String BY_SERVICE = "it is a command of a service: rustyrun --host ADDRESS %s";

    /** Words of other runtimes, and what to use here instead. */
    private static final Map<String, String> OTHERS_WORDS = Map.ofEntries(
            Map.entry("build", "images are built elsewhere, such as with buildah: rustyrun load reads its archives"),
            Map.entry("push", "images are pushed with skopeo or podman: rustyrun save writes archives for them"),
            Map.entry("info", BY_SERVICE));

    private static final String NO_RESTART = "have your service manager, such as systemd, start it again";
    private static final String PORTS = "with --net host it listens on the host's own ports";
    private static final String OWN_FILE = "mount your own file: -v FILE:/etc/%s:ro";

    /** Options of engines that are none here, and what to use instead. */
    private static final Map<String, String> OTHERS_OPTIONS = Map.ofEntries(
            Map.entry(
                    "--privileged",
                    "use --cap-add all --seccomp unconfined --unmask all --new-privileges, and --device"),
            Map.entry("--dns-search", OWN_FILE.formatted("resolv.conf")),
            Map.entry("--dns-option", OWN_FILE.formatted("resolv.conf")),
            Map.entry("--publish", PORTS),
            Map.entry("-p", PORTS),
            Map.entry("--publish-all", PORTS),
            Map.entry("-P", PORTS),
            Map.entry("--expose", PORTS),
            Map.entry("--ip", PORTS),
            Map.entry("--restart", NO_RESTART),
            Map.entry("--security-opt", "use --seccomp PROFILE or --new-privileges"),
            Map.entry("--gpus", "use --device for each device file"),
            Map.entry("--volumes-from", "use --volume for each directory"),
            Map.entry("--stop-signal", "pass it to stop: rustyrun stop --signal SIGNAL ID"),
            Map.entry("--stop-timeout", "pass it to stop: rustyrun stop --time SECONDS ID"),
            Map.entry("--log-driver", "with --detach its output is kept: rustyrun logs ID"),
            Map.entry("--memory-swappiness", "set it in config.json: linux.resources.memory.swappiness"),
            Map.entry("--cgroup-parent", "use --cgroup-path PATH"));

    private CommandSuggestion() {}

    /** The suggestion after a semicolon; empty if there is none. */
    public static String of(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        String word = unmatched.getUnmatched().get(0);
        boolean isCommand = unmatched.getCommandLine().getParent() == null;
        if (isCommand && OTHERS_WORDS.containsKey(word)) {
            return "; " + OTHERS_WORDS.get(word).formatted(word);
        }
        String name = word.replaceFirst("=.*", "");
        if (OTHERS_OPTIONS.containsKey(name)) {
            return "; " + OTHERS_OPTIONS.get(name);
        }
        List<String> similar = (isCommand ? commands(unmatched, word) : unmatched.getSuggestions())
                .stream()
                        .map(one -> one.replaceFirst("[ =\\[].*", ""))
                        .distinct()
                        .limit(MAX_SUGGESTIONS)
                        .toList();
        return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    }

    /** The commands that {@code word} is a mistyped name of, the nearest first. */
    private static List<String> commands(UnmatchedArgumentException unmatched, String word) {
        return unmatched.getCommandLine().getSubcommands().keySet().stream()
                .filter(name -> Misspelling.distance(name, word) <= Math.max(1, word.length() / LETTERS_PER_MISTAKE))
                .sorted(Comparator.<String>comparingInt(name -> Misspelling.distance(name, word))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }
}
