package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.LocalExec;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun exec}: runs a command in a running container. */
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        customSynopsis = {"rustyrun exec [OPTIONS] ID CMD [ARGS...]", "       rustyrun exec [OPTIONS] --process FILE ID"
        },
        description = "Run a command in a running container.",
        footer = {
            "",
            "Options come before the id.",
            "",
            "Examples:",
            "  rustyrun exec web ps",
            "  rustyrun exec -t --env TERM=xterm web sh"
        })
final class ExecCommand implements ContainerCommand {

    /** runc's exit status when the command could not be started. */
    private static final int NOT_STARTED = 255;

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(index = "1..*", paramLabel = "CMD [ARGS...]", arity = "0..*", description = "The command.")
    private List<String> words = List.of();

    @Option(
            names = {"-p", "--process"},
            paramLabel = "FILE",
            defaultValue = Option.NULL_VALUE,
            description = "Read the process from FILE, in JSON, as in config.json.")
    private Path process;

    @Option(
            names = {"-d", "--detach"},
            description = "Do not wait for the command's end.")
    private boolean detach;

    @Option(
            names = "--ignore-paused",
            description = "Also start in a paused container; the command runs when the container is resumed.")
    private boolean ignorePaused;

    @Option(
            names = "--cgroup",
            paramLabel = "[CONTROLLERS:]PATH",
            description =
                    "Put the command into this cgroup below the container's, for all or some v1 controllers; repeatable.")
    private List<String> cgroups = List.of();

    @Option(
            names = "--apparmor",
            paramLabel = "PROFILE",
            defaultValue = "",
            description = "Set the AppArmor profile (default: the container's).")
    private String apparmor;

    @Option(
            names = "--process-label",
            paramLabel = "LABEL",
            defaultValue = "",
            description = "Set the SELinux label (default: the container's).")
    private String label;

    @CommandLine.Spec
    private CommandSpec command;

    @Mixin
    private ExecProcessOptions options;

    @Mixin
    private DetachOptions detached;

    @Override
    public boolean launches() {
        return true;
    }

    @Override
    public int perform(CommandContext context) {
        Outcome ended;
        try {
            if (process == null == words.isEmpty()) {
                throw new InvalidSpecException("exec needs either a command or --process FILE");
            }
            if (process != null) {
                InapplicableOptions.checkProcessFile(command);
            }
            LocalExec exec = context.exec(id);
            ended = exec.run(
                    ignorePaused,
                    cgroups,
                    of -> process(context, exec, of),
                    detached.options(false, context.log().isDebugging()),
                    detach);
        } catch (RuntimeException | Error e) {
            context.abandon();
            throw e;
        }
        if (!ended.message().isEmpty()) {
            context.error(ended.message());
        }
        boolean unstarted = ended.reason() == Outcome.Reason.SETUP_FAILED
                && !context.exec(id).isInRun();
        return unstarted ? NOT_STARTED : ended.exitCode();
    }

    @Override
    public int failed(CommandContext context, int usual) {
        return context.exec(id).isInRun() ? EngineContext.FAILED : NOT_STARTED;
    }

    private Spec.Process process(CommandContext context, LocalExec exec, Spec.Process of) {
        return DetachOptions.with(
                process == null
                        ? LocalExec.labelled(
                                options.applyTo(
                                        of, words, exec::user, context.log().warnings()),
                                apparmor,
                                label)
                        : LocalExec.read("--process", process.toString()));
    }
}
