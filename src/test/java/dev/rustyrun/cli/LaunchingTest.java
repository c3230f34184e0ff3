package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.cli.remote.HostOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LaunchingTest {

    private static final CommandLine MODEL = CommandLineMain.Commands.MODEL;

    @Test
    void the_list_of_launching_commands_is_that_of_the_model() {
        Set<String> commands = new TreeSet<>();
        MODEL.getSubcommands().forEach((name, command) -> {
            if (command.getCommand() instanceof ContainerCommand local && local.launches()) {
                commands.add(name);
            }
        });
        assertEquals(commands, new TreeSet<>(Launching.COMMANDS));
    }

    @Test
    void options_with_a_value_before_the_command_are_those_of_the_model() {
        Set<String> options = new TreeSet<>();
        MODEL.getCommandSpec().options().stream()
                .filter(option -> option.arity().min() > 0)
                .forEach(option -> options.addAll(Set.of(option.names())));
        assertEquals(options, new TreeSet<>(HostOption.LOCAL_WITH_VALUE));
    }

    @Test
    void commands_that_only_print_start_no_stage() {
        for (String name : Launching.COMMANDS) {
            MODEL.getSubcommands().get(name).getCommandSpec().options().stream()
                    .filter(option -> option.usageHelp() || option.versionHelp())
                    .forEach(option -> assertTrue(Launching.WITHOUT_LAUNCH.containsAll(Set.of(option.names()))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "create --name x alpine df -h,run --created --name x alpine df -h,true",
        "--root /r create alpine tar -b 5,--root /r run --created alpine tar -b 5,true",
        "create -it alpine,run --created -it alpine,true",
        "create --bundle /b box,,false",
        "create box --bundle /b --pid-file p,,false"
    })
    void create_with_an_image_is_a_form_of_run(String words, String asRun, boolean isOfImage) {
        String[] args = words.split(" ");
        CommandLine.ParseResult parsed = MODEL.parseArgs(args).subcommand();
        assertEquals(isOfImage, ((CreateCommand) parsed.commandSpec().userObject()).isOfImage(() -> false));
        if (isOfImage) {
            assertEquals(asRun, String.join(" ", Launching.asRun(args)));
            assertTrue(
                    MODEL.parseArgs(Launching.asRun(args))
                                    .subcommand()
                                    .commandSpec()
                                    .userObject()
                            instanceof RunCommand);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "run --rootfs x true,true",
        "create box,true",
        "exec box ls,true",
        "--root /r create box,true",
        "--log /l --log-format json --debug exec box ls,true",
        "--log-format=json run b,true",
        "run,false",
        "state box,false",
        "--root run state box,false",
        "run --help,false",
        "--version,false",
        "list,false",
        "--root,false",
        "--cgroup-manager cgroupfs run box,true",
        "--cgroup-manager run list,false",
        "-v run box,false",
        "run -v a:b box,true"
    })
    void a_stage_starts_early_for_commands_that_launch_something(String words, boolean launches) {
        assertEquals(launches, Launching.commandOf(words.split(" ")).isPresent());
    }
}
