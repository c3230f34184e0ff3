package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerUsers;
import dev.rustyrun.container.Execution;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.engine.EngineContext;
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
            Execution.Place place = new Execution.Place(id, ignorePaused, cgroups);
            WaitingStage stage = context.stage("exec");
            ended = new Execution(context.tools())
                    .execute(
                            place,
                            of -> process(context, of, stage),
                            detached.options(false, context.log().isDebugging()),
                            detach,
                            stage);
        } catch (RuntimeException | Error e) {
            context.abandon();
            throw e;
        }
        if (!ended.message().isEmpty()) {
            context.error(ended.message());
        }
        boolean unstarted = ended.reason() == Outcome.Reason.SETUP_FAILED && !isInRun(context);
        return unstarted ? NOT_STARTED : ended.exitCode();
    }

    @Override
    public int failed(CommandContext context, int usual) {
        return isInRun(context) ? EngineContext.FAILED : NOT_STARTED;
    }

    /**
     * Whether the container exists and was not created from a bundle. Engines and scripts expect runc's exit status for
     * containers from bundles.
     */
    private boolean isInRun(CommandContext context) {
        try {
            return context.store()
                            .find(id)
                            .filter(state -> state.origin().bundle().isEmpty())
                            .isPresent()
                    || context.engine().isDetached(id);
        } catch (RuntimeException unknown) {
            return false;
        }
    }

    private Spec.Process process(CommandContext context, Spec.Process of, WaitingStage stage) {
        Spec.Process made = DetachOptions.with(
                process == null
                        ? Execution.labelled(
                                options.applyTo(
                                        of,
                                        words,
                                        new ContainerUsers(context.tools(), id)::find,
                                        context.log().warnings()),
                                apparmor,
                                label)
                        : Execution.read("--process", process.toString()));
        if (made.terminal() && !isInRun(context)) {
            stage.withoutReturns();
        }
        return made;
    }
}
