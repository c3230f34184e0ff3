package dev.rustyrun.cli.common;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ContainerStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Completes a command line from its picocli model: names of commands and options, values named in an option's label,
 * and the names that {@link Names} provides.
 */
public final class Completion {

    /** Commands that pass the words after the first argument to the container. */
    private static final Set<String> OWN_WORDS = Set.of("run", "exec", "ps");

    private static final Set<String> NO_IMAGE = Set.of("--rootfs", "--bundle", "-b", "--command");
    /** The statuses of the containers to which a command applies; other commands apply to all containers. */
    private static final Map<String, Set<String>> STATUSES = Map.of(
            "start", Set.of("created"),
            "resume", Set.of("paused"),
            "unpause", Set.of("paused"),
            "pause", Set.of("running"),
            "exec", Set.of("running"),
            "attach", Set.of("created", "running", "paused"),
            "stop", Set.of("running", "paused"),
            "stats", Set.of("running", "paused"),
            "top", Set.of("running", "paused"));

    /** The names of existing objects, on this machine or at a server. */
    public interface Names {

        /** The ids of containers with one of these statuses; an empty set means all containers. */
        List<String> containers(Set<String> statuses);

        /** The names of signals. */
        List<String> signals();

        /** The names of images. */
        List<String> images();
    }

    private final Names names;

    /** Creates a completion that uses {@code names}. */
    public Completion(Names names) {
        this.names = names;
    }

    /** The possible values of the last of {@code words}, the arguments of a command line. */
    public List<String> of(CommandLine program, List<String> words) {
        String last = words.isEmpty() ? "" : words.get(words.size() - 1);
        CommandLine command = program;
        Optional<OptionSpec> open = Optional.empty();
        Set<String> given = new LinkedHashSet<>();
        int positionals = 0;
        for (String word : words.subList(0, Math.max(0, words.size() - 1))) {
            if (open.isPresent()) {
                open = Optional.empty();
            } else if (word.startsWith("-") && word.length() > 1) {
                String name = word.replaceFirst("=.*", "");
                given.add(name);
                open = Optional.ofNullable(command.getCommandSpec().findOption(name))
                        .filter(option -> option.arity().min() > 0 && !word.contains("="));
            } else if (positionals == 0 && command.getSubcommands().containsKey(word)) {
                command = command.getSubcommands().get(word);
            } else {
                positionals++;
                if (OWN_WORDS.contains(command.getCommandName())) {
                    return List.of();
                }
            }
        }
        return candidates(command, open, given, positionals, last).stream()
                .filter(one -> one.startsWith(last))
                .distinct()
                .sorted()
                .toList();
    }

    private List<String> candidates(
            CommandLine command, Optional<OptionSpec> open, Set<String> given, int positionals, String last) {
        String name = command.getCommandName();
        if (open.isPresent()) {
            return values(open.get(), name);
        }
        if (last.startsWith("--") && last.contains("=")) {
            String option = last.substring(0, last.indexOf('='));
            return Optional.ofNullable(command.getCommandSpec().findOption(option)).stream()
                    .flatMap(one -> values(one, name).stream())
                    .map(value -> option + "=" + value)
                    .toList();
        }
        if (last.startsWith("-")) {
            return command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .flatMap(option -> Arrays.stream(option.names()))
                    .filter(one -> one.startsWith("--") || last.equals("-"))
                    .toList();
        }
        if (!command.getSubcommands().isEmpty()) {
            return positionals > 0
                    ? List.of()
                    : command.getSubcommands().entrySet().stream()
                            .filter(one -> !one.getValue()
                                    .getCommandSpec()
                                    .usageMessage()
                                    .hidden())
                            .map(Map.Entry::getKey)
                            .toList();
        }
        if (name.equals("run")) {
            return given.stream().anyMatch(NO_IMAGE::contains) ? List.of() : names.images();
        }
        if (name.equals("help")) {
            return List.copyOf(command.getParent().getSubcommands().keySet());
        }
        for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
            if (parameter.index().contains(positionals)) {
                return values(parameter, name);
            }
        }
        return List.of();
    }

    /** The values named in the label. A label in capitals is a placeholder. */
    private List<String> values(ArgSpec value, String command) {
        List<String> values = new ArrayList<>();
        for (String word : value.paramLabel().split("\\|")) {
            switch (word) {
                case "ID" -> values.addAll(names.containers(STATUSES.getOrDefault(command, Set.of())));
                case "[ID:]SOURCE", "[ID:]TARGET" -> names.containers(Set.of()).forEach(id -> values.add(id + ":"));
                case "container:ID" ->
                    names.containers(Set.of("running", "paused")).forEach(id -> values.add("container:" + id));
                case "IMAGE", "REPOSITORY" -> values.addAll(names.images());
                case "STATUS" ->
                    Stream.of(ContainerStatus.values())
                            .map(ContainerStatus::word)
                            .forEach(values::add);
                case "CAP" ->
                    Stream.of(Capability.values()).map(Capability::name).forEach(values::add);
                case "SIGNAL" -> values.addAll(names.signals());
                default -> {
                    if (word.matches("[a-z-]+") && word.equals(word.toLowerCase(Locale.ROOT))) {
                        values.add(word);
                    } else if (word.equals("path:FILE")) {
                        values.add("path:");
                    }
                }
            }
        }
        return values;
    }
}
