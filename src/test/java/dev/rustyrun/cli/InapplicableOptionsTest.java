package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.cli.common.StrictCommandLine;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Each option of a launch either has an effect on a container from a bundle, or is refused in one line. */
class InapplicableOptionsTest {

    /** The options that a launch from a bundle takes; ITs test their effects. */
    private static final Set<String> WITH_BUNDLE = Set.of(
            "--bundle",
            "--config",
            "--no-pivot",
            "--no-new-keyring",
            "--no-subreaper",
            "--trace-steps",
            "--console-socket",
            "--pid-file",
            "--pidfd-socket",
            "--preserve-fds",
            "--detach",
            "--keep",
            "--result",
            "--trace",
            "--debug",
            "--quiet",
            "--interactive",
            "--rm");

    private static CommandLine run() {
        CommandLine run = StrictCommandLine.of(new RunCommand()).setStopAtPositional(true);
        RequestOptions.local(run);
        return run;
    }

    static List<OptionSpec> options() {
        return OptionNames.own(run()).stream()
                .filter(option -> !option.longestName().equals(RunCommand.CREATED))
                .toList();
    }

    /** The arguments that give {@code option} under {@code name}. */
    private static List<String> words(OptionSpec option, String name) {
        List<String> words = new ArrayList<>(List.of("--bundle", "/b", name));
        if (option.longestName().equals("--bundle")) {
            words.remove(0);
            words.remove(0);
        }
        if (option.arity().min() > 0) {
            words.add(option.auxiliaryTypes()[0] == Volume.class ? "/a:/b" : "1");
        }
        words.add("box");
        return words;
    }

    @ParameterizedTest
    @MethodSource("options")
    void an_option_has_an_effect_with_a_bundle_or_is_refused(OptionSpec option) {
        for (String name : option.names()) {
            CommandLine run = run();
            run.parseArgs(words(option, name).toArray(String[]::new));
            if (WITH_BUNDLE.contains(option.longestName())) {
                assertDoesNotThrow(() -> InapplicableOptions.checkBundle(run.getCommandSpec()), name);
            } else {
                String message = assertThrows(
                                InvalidSpecException.class,
                                () -> InapplicableOptions.checkBundle(run.getCommandSpec()),
                                name + " is ignored")
                        .getMessage();
                assertTrue(message.startsWith(option.longestName() + " has no effect with a bundle; "), message);
                assertFalse(
                        message.endsWith("; use config.json"),
                        () -> message + ": the option has no @InBundle that says which field to set");
            }
        }
    }

    @Test
    void the_listed_options_exist() {
        Set<String> names = options().stream().map(OptionSpec::longestName).collect(Collectors.toSet());
        assertTrue(names.containsAll(WITH_BUNDLE), names::toString);
    }

    @Test
    void create_with_a_bundle_names_an_option_that_only_run_has() {
        CommandLine run = run();
        run.parseArgs(RunCommand.CREATED, "--keep", "--bundle", "/b", "box");
        assertEquals(
                "--keep cannot be used with create --bundle DIR; see rustyrun create --help",
                assertThrows(
                                InvalidSpecException.class,
                                () -> InapplicableOptions.checkCreatedBundle(run.getCommandSpec()))
                        .getMessage());
    }

    @Test
    void a_process_file_excludes_the_options_of_the_command() {
        CommandLine exec = StrictCommandLine.of(new ExecCommand()).setStopAtPositional(true);
        for (OptionSpec option : OptionNames.own(exec)) {
            List<String> words = new ArrayList<>(List.of("--process", "/p", option.longestName(), "1", "box"));
            words.removeIf(word -> option.arity().min() == 0 && word.equals("1"));
            if (option.longestName().equals("--process")) {
                words.subList(0, 2).clear();
            }
            exec.parseArgs(words.toArray(String[]::new));
            boolean ofCommand = Set.of(
                            "--user",
                            "--env",
                            "--env-file",
                            "--workdir",
                            "--cwd",
                            "--additional-gids",
                            "--cap",
                            "--no-new-privs",
                            "--apparmor",
                            "--process-label")
                    .contains(option.longestName());
            if (ofCommand) {
                String message = assertThrows(
                                InvalidSpecException.class,
                                () -> InapplicableOptions.checkProcessFile(exec.getCommandSpec()),
                                option.longestName())
                        .getMessage();
                assertTrue(message.startsWith(option.longestName() + " has no effect with --process; "), message);
            } else {
                assertDoesNotThrow(
                        () -> InapplicableOptions.checkProcessFile(exec.getCommandSpec()), option.longestName());
            }
        }
    }
}
