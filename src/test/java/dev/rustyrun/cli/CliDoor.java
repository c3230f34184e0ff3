package dev.rustyrun.cli;

import dev.rustyrun.cli.common.GroupedOptions;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.ErrorLog;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.RequestOptions;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Turns the arguments of {@code rustyrun run} into a Spec. */
public final class CliDoor {

    private CliDoor() {}

    private static CommandLine model() {
        CommandLine run = new CommandLine(new RunCommand()).setStopAtPositional(true);
        RequestOptions.local(run);
        return run;
    }

    /** The options by their heading in the help. */
    public static Map<String, List<OptionSpec>> groups() {
        CommandLine run = CommandLineMain.Commands.MODEL.getSubcommands().get("run");
        GroupedOptions help = (GroupedOptions) run.getHelpSectionMap().get(UsageMessageSpec.SECTION_KEY_OPTION_LIST);
        return help.groups(run.getCommandSpec());
    }

    /** The options. */
    public static List<OptionSpec> options() {
        return OptionNames.own(model());
    }

    /** The Spec that {@code run WORDS} would launch. */
    public static Spec spec(Linux linux, Path store, List<String> words) {
        CommandLine run = model();
        run.parseArgs(words.toArray(String[]::new));
        OwnProcess process = new OwnProcess(linux, SelfExec.current());
        CommandContext context = new CommandContext(
                process,
                process.store(store.toString(), false),
                WaitingStage.NONE,
                System.err,
                new ErrorLog(System.err, "", false, false),
                words);
        try {
            Method spec = RunCommand.class.getDeclaredMethod("spec", CommandContext.class);
            spec.setAccessible(true);
            return (Spec) spec.invoke(run.getCommand(), context);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException refused ? refused : new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
