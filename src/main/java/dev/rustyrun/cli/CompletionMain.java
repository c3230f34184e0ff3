package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.cli.common.Completion;
import dev.rustyrun.cli.remote.ClientMain;
import dev.rustyrun.cli.remote.HostOption;
import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.SignalNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Prints the possible continuations of an incomplete command line, one per line, for the scripts of {@code rustyrun
 * completion}.
 */
final class CompletionMain {

    /** The first argument, before the words to complete. */
    static final String WORD = "__complete";

    private CompletionMain() {}

    /** Whether these arguments request completion. */
    static boolean isAsked(String[] args) {
        return args.length > 0 && args[0].equals(WORD);
    }

    /**
     * Returns the possible continuations. Errors are ignored: a message would disturb the user's typing.
     *
     * @param here creates the context of a local command
     * @param there creates the context of a command at a service
     */
    static List<String> lines(
            String[] args, Function<List<String>, EngineContext> here, Function<List<String>, EngineContext> there) {
        List<String> words = Arrays.asList(args).subList(1, args.length);
        boolean remote = HostOption.isGiven(words.toArray(String[]::new));
        CommandLine program = remote ? ClientMain.model() : CommandLineMain.Commands.MODEL;
        List<String> before = optionsBeforeCommand(program, words);
        return new Completion(new Found(() -> (remote ? there : here).apply(before))).of(program, words);
    }

    private static List<String> optionsBeforeCommand(CommandLine program, List<String> words) {
        int at = 0;
        while (at < words.size() && !program.getSubcommands().containsKey(words.get(at))) {
            at++;
        }
        List<String> command = new ArrayList<>(words.subList(0, Math.min(at, words.size())));
        command.add("list");
        return command;
    }

    private record Found(Supplier<EngineContext> context) implements Completion.Names {

        @Override
        public List<String> containers(Set<String> statuses) {
            return orNothing(() ->
                    context.get().engine().list(new ContainerFilter(Optional.empty(), List.of())).stream()
                            .filter(one -> statuses.isEmpty()
                                    || statuses.contains(one.path("status").asText()))
                            .map((JsonNode one) -> one.path("id").asText())
                            .toList());
        }

        @Override
        public List<String> signals() {
            return SignalNames.all();
        }

        @Override
        public List<String> images() {
            return orNothing(() -> context.get().anyImages().list().stream()
                    .filter(row -> !row.repository().isEmpty())
                    .map(row -> row.repository()
                            + (row.tag().isEmpty() || row.tag().equals("latest") ? "" : ":" + row.tag()))
                    .toList());
        }

        private static List<String> orNothing(Supplier<List<String>> names) {
            try {
                return names.get();
            } catch (RuntimeException e) {
                return List.of();
            }
        }
    }
}
