package dev.rustyrun.client;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Suggests what an unknown word on the command line was probably meant to be. */
public final class CommandSuggestion {

    private static final int MAX_SUGGESTIONS = 3;
    private static final String BY_SERVICE = "it is a command of a service: rustyrun --host ADDRESS %s";

    /** Words of other runtimes, and what to use here instead. */
    private static final Map<String, String> OTHERS_WORDS = Map.ofEntries(
            Map.entry("rm", "did you mean delete?"),
            Map.entry("stop", "did you mean kill?"),
            Map.entry("unpause", "did you mean resume?"),
            Map.entry("inspect", "did you mean state?"),
            Map.entry("top", "did you mean ps?"),
            Map.entry("images", "root file systems are directories: see root-file-systems/get"),
            Map.entry("pull", "root file systems are directories: see root-file-systems/get"),
            Map.entry("logs", BY_SERVICE),
            Map.entry("attach", BY_SERVICE),
            Map.entry("wait", BY_SERVICE),
            Map.entry("stats", BY_SERVICE),
            Map.entry("cp", "put files where --volume shows them, or use a service: PUT /v1/containers/ID/files"));

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
        List<String> similar = unmatched.getSuggestions().stream()
                .map(one -> one.replaceFirst("[ =\\[].*", ""))
                .distinct()
                .limit(MAX_SUGGESTIONS)
                .toList();
        return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
    }
}
