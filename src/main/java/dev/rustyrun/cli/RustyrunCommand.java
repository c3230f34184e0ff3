package dev.rustyrun.cli;

import dev.rustyrun.cli.common.AttachCommand;
import dev.rustyrun.cli.common.CopyCommand;
import dev.rustyrun.cli.common.DeleteCommand;
import dev.rustyrun.cli.common.ExistsCommand;
import dev.rustyrun.cli.common.FreezeCommand;
import dev.rustyrun.cli.common.InspectCommand;
import dev.rustyrun.cli.common.KillCommand;
import dev.rustyrun.cli.common.ListCommand;
import dev.rustyrun.cli.common.LogsCommand;
import dev.rustyrun.cli.common.ProcessesCommand;
import dev.rustyrun.cli.common.StatsCommand;
import dev.rustyrun.cli.common.StopCommand;
import dev.rustyrun.cli.common.WaitCommand;
import dev.rustyrun.cli.images.CommitCommand;
import dev.rustyrun.cli.images.DiffCommand;
import dev.rustyrun.cli.images.DiskUsageCommand;
import dev.rustyrun.cli.images.ExportCommand;
import dev.rustyrun.cli.images.ImageCommand;
import dev.rustyrun.cli.images.ImagesCommand;
import dev.rustyrun.cli.images.ImportCommand;
import dev.rustyrun.cli.images.LoadCommand;
import dev.rustyrun.cli.images.LoginCommand;
import dev.rustyrun.cli.images.LogoutCommand;
import dev.rustyrun.cli.images.PullCommand;
import dev.rustyrun.cli.images.RemoveImageCommand;
import dev.rustyrun.cli.images.RootfsCommand;
import dev.rustyrun.cli.images.SaveCommand;
import dev.rustyrun.cli.images.TagCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code rustyrun} itself, which only has subcommands. */
@Command(
        name = "rustyrun",
        exitCodeOnInvalidInput = 125,
        description = "Run commands in containers.",
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            CreateCommand.class,
            StartCommand.class,
            StateCommand.class,
            KillCommand.class,
            DeleteCommand.class,
            ListCommand.class,
            ExecCommand.class,
            ProcessesCommand.Ps.class,
            ProcessesCommand.Top.class,
            LogsCommand.class,
            AttachCommand.class,
            WaitCommand.class,
            StopCommand.class,
            CopyCommand.class,
            DiffCommand.class,
            CommitCommand.class,
            ExportCommand.class,
            InspectCommand.class,
            ExistsCommand.class,
            StatsCommand.class,
            FreezeCommand.Pause.class,
            FreezeCommand.Resume.class,
            PullCommand.class,
            ImagesCommand.class,
            RemoveImageCommand.class,
            TagCommand.class,
            LoadCommand.class,
            SaveCommand.class,
            ImportCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            ImageCommand.class,
            DiskUsageCommand.class,
            DiskUsageCommand.SystemCommand.class,
            RootfsCommand.class,
            UpdateCommand.class,
            EventsCommand.class,
            VersionCommand.class,
            SpecCommand.class,
            FeaturesCommand.class,
            ServeCommand.class,
            HealthCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            GcCommand.class,
            HelpCommand.class
        },
        footer = {"", "Start with:", "  rustyrun run --rootfs DIR --command /bin/sh"})
final class RustyrunCommand implements Runnable {

    @Mixin
    private GlobalOptions global;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    private boolean help;

    // -v is an alias because engines call runc -v for the version. After a command's name, -v is that command's option.
    @Option(
            names = {"-v", "-V", "--version"},
            versionHelp = true,
            description = "Print version information and exit.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    /** The options before the command's name. */
    GlobalOptions global() {
        return global;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
