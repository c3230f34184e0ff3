package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;

/** The door of {@code rustyrun run}: from the words of a command line to a Spec. */
public final class CliDoor {

    private CliDoor() {}

    private static CommandLine model() {
        return new CommandLine(new RunCommand()).setStopAtPositional(true);
    }

    /** The longest name of each option. */
    public static Set<String> options() {
        return OptionNames.of(model());
    }

    /** What {@code run WORDS} would launch. */
    public static Spec spec(Linux linux, Path store, List<String> words) {
        CommandLine run = model();
        run.parseArgs(words.toArray(String[]::new));
        CommandContext context = new CommandContext(
                linux,
                SelfExec.current(),
                ContainerStore.at(linux, store.toString()),
                Optional.empty(),
                System.err,
                new ErrorLog("", false, false),
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
