package dev.rustyrun.cli;

import dev.rustyrun.request.CommandParser;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.InvalidSpecException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * Refuses options of {@code run}, {@code create} and {@code exec} that have no effect, because the setting is in a
 * document of the caller: {@code config.json}, or the process of {@code exec --process}. Options that are ignored
 * without a word are dangerous when they restrict a container.
 *
 * <p>{@link InBundle} declares what an option means for a bundle. An option without it is refused, too.
 */
final class InapplicableOptions {

    /**
     * Options about the start of an {@code exec}; all others are about the command. conmon passes {@code --tty} together
     * with a file whose process has a terminal.
     */
    private static final Set<String> OF_EVERY_EXEC = Set.of(
            "--process",
            "--detach",
            "--ignore-paused",
            "--cgroup",
            "--interactive",
            "--tty",
            "--console-socket",
            "--pid-file",
            "--pidfd-socket",
            "--no-subreaper",
            "--preserve-fds");

    /** The classes whose options are about the creation of a container from a bundle. */
    private static final Set<Class<?>> OF_BUNDLES = Set.of(BundleOptions.class, DetachOptions.class);

    /**
     * The options of bundles, and what to do instead of the other options, by their names. Created at class
     * initialization, which a native image does at build time: annotations are not readable later.
     */
    private static final Set<String> ONLY_BUNDLES = new HashSet<>();

    private static final Set<String> ALSO_BUNDLES = new HashSet<>();
    private static final Map<String, String> INSTEAD = new HashMap<>();

    static {
        read(RunCommand.class);
    }

    private static final List<Class<?>> PREPROCESSORS = List.of(CommandParser.class, OptionalSize.class);

    private InapplicableOptions() {}

    private static void read(Class<?> options) {
        for (Field field : options.getDeclaredFields()) {
            if (field.isAnnotationPresent(Option.class)) {
                List<String> names = List.of(field.getAnnotation(Option.class).names());
                read(field, Collections.max(names, Comparator.comparingInt(String::length)));
            } else if (field.isAnnotationPresent(Mixin.class)) {
                read(field.getType());
            }
        }
        if (options.getSuperclass() != Object.class) {
            read(options.getSuperclass());
        }
    }

    private static void read(Field field, String name) {
        InBundle says = field.getAnnotation(InBundle.class);
        if (OF_BUNDLES.contains(field.getDeclaringClass())) {
            ONLY_BUNDLES.add(name);
        } else if (says != null && says.works()) {
            ALSO_BUNDLES.add(name);
        } else if (says != null) {
            List<String> instead = new ArrayList<>(
                    List.of(says.instead(), set("", says.field()), set("the annotation ", says.annotation())));
            instead.removeIf(String::isEmpty);
            INSTEAD.put(name, String.join(", or ", instead));
        }
    }

    private static String set(String kind, String name) {
        return name.isEmpty() ? "" : "set " + kind + name + " in config.json";
    }

    /**
     * Checks the options of {@code run --bundle}.
     *
     * @throws InvalidSpecException when an option has no effect with a bundle
     */
    static void checkBundle(CommandSpec run) {
        for (OptionSpec option : given(run)) {
            String name = option.longestName();
            if (!ONLY_BUNDLES.contains(name) && !ALSO_BUNDLES.contains(name)) {
                throw refused(name, "a bundle", INSTEAD.getOrDefault(name, "use config.json"));
            }
        }
    }

    /**
     * Checks the options of {@code create} for a bundle, when they were parsed as those of {@code run}.
     *
     * @throws InvalidSpecException always, because then one of them is not an option of {@code create --bundle}
     */
    static void checkCreatedBundle(CommandSpec run) {
        checkBundle(run);
        String names = String.join(
                ", ",
                given(run).stream()
                        .map(OptionSpec::longestName)
                        .filter(ALSO_BUNDLES::contains)
                        .toList());
        throw new InvalidSpecException(names + " cannot be used with create --bundle DIR; see rustyrun create --help");
    }

    /**
     * Checks the options of {@code exec --process}.
     *
     * @throws InvalidSpecException when an option is about the command, which the file describes
     */
    static void checkProcessFile(CommandSpec exec) {
        for (OptionSpec option : given(exec)) {
            if (!OF_EVERY_EXEC.contains(option.longestName())) {
                throw refused(option.longestName(), "--process", "set it in the file of --process");
            }
        }
    }

    private static InvalidSpecException refused(String option, String with, String instead) {
        return new InvalidSpecException(option + " has no effect with " + with + "; " + instead);
    }

    private static List<OptionSpec> given(CommandSpec command) {
        Stream<OptionSpec> matched = command.commandLine().getParseResult().matchedOptions().stream();
        Stream<OptionSpec> preprocessed = command.options().stream().filter(InapplicableOptions::isPreprocessed);
        return Stream.concat(matched, preprocessed)
                .filter(option -> !option.longestName().equals(RunCommand.CREATED))
                .toList();
    }

    /** Whether a preprocessor has set the option; picocli does not count such an option as matched. */
    private static boolean isPreprocessed(OptionSpec option) {
        return PREPROCESSORS.stream().anyMatch(kind -> kind.isInstance(option.preprocessor()))
                && option.getValue() != null
                && !List.of().equals(option.getValue());
    }
}
