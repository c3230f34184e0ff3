package dev.rustyrun.cli.remote;

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
import dev.rustyrun.cli.images.ImagesCommand;
import dev.rustyrun.cli.images.PullCommand;
import dev.rustyrun.cli.images.RemoveImageCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code rustyrun --host URL}; its subcommands are those that a server supports. */
@Command(
        name = "rustyrun",
        exitCodeOnInvalidInput = 125,
        description = "Run commands in containers on a server.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunRemotely.class,
            AttachCommand.class,
            ExecRemotely.class,
            ProcessesCommand.Ps.class,
            ListCommand.class,
            LogsCommand.class,
            KillCommand.class,
            DeleteCommand.class,
            FreezeCommand.Pause.class,
            FreezeCommand.Resume.class,
            UpdateRemotely.class,
            StatsCommand.class,
            StopCommand.class,
            CopyCommand.class,
            ProcessesCommand.Top.class,
            InspectCommand.class,
            ExistsCommand.class,
            WaitCommand.class,
            ImagesCommand.class,
            PullCommand.class,
            RemoveImageCommand.class,
            InfoCommand.class,
            HelpCommand.class
        },
        footer = {"", "Start with:", "  rustyrun --host http://127.0.0.1:8080 run --rootfs busybox --command /bin/sh"})
final class ClientCommand implements Runnable {

    @Mixin
    private ServerOptions options;

    @Spec
    private CommandSpec spec;

    ServerOptions options() {
        return options;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
