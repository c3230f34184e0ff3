package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.CommandProcess;
import dev.rustyrun.engine.ErrorLog;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Option;

/** The options before a command's name; they are those of runc. */
final class GlobalOptions {

    private static final String CGROUPFS = "cgroupfs";
    private static final String SYSTEMD = "systemd";

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "",
            description =
                    "Keep the state of containers in DIR (default: /run/rustyrun; for an ordinary user the first of"
                            + " $XDG_RUNTIME_DIR/rustyrun, /run/user/UID/rustyrun, $XDG_STATE_HOME/rustyrun and"
                            + " ~/.local/state/rustyrun whose variable is set or whose parent exists). No other user may"
                            + " be able to write to it.")
    private String root;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            defaultValue = "",
            description = "Also append errors to FILE; creates FILE at once.")
    private String log;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Set the format of the log (default: ${DEFAULT-VALUE}).")
    private String logFormat;

    @Option(
            names = "--systemd-cgroup",
            description = "Let systemd create the cgroups of new containers; cgroupsPath is slice:prefix:name.")
    private boolean systemdCgroup;

    @Option(
            names = "--cgroup-manager",
            paramLabel = "cgroupfs|systemd",
            defaultValue = CGROUPFS,
            description =
                    "Set who creates cgroups, as in crun; systemd is --systemd-cgroup (default: ${DEFAULT-VALUE}).")
    private String cgroupManager;

    @Option(
            names = "--criu",
            paramLabel = "PATH",
            description = "Accepted for runc compatibility; has no effect. Checkpoints are not supported.")
    private String criu;

    @Option(
            names = "--rootless",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false|auto",
            description = "Accepted for runc compatibility; has no effect. Rootless mode is automatic.")
    private String rootless;

    @Option(
            names = "--debug",
            description = "Log debug messages, to stderr without --log, and print stack traces with errors.")
    private boolean debug;

    /** The context of a local command with these options. */
    CommandContext context(CommandProcess process, PrintStream messages, ErrorLog errors, List<String> args) {
        return process.context(root, systemdCgroup || cgroupManager.equals(SYSTEMD), messages, errors, args);
    }

    /** Receives errors and warnings, and debug messages with --debug. */
    ErrorLog errorLog(PrintStream messages) {
        return new ErrorLog(messages, log, logFormat.equals("json"), debug);
    }

    /**
     * Checks the values of the options.
     *
     * @throws InvalidSpecException for the first invalid value
     */
    void check() {
        if (!logFormat.equals("text") && !logFormat.equals("json")) {
            throw new InvalidSpecException("--log-format \"" + logFormat + "\" is neither text nor json");
        }
        if (!cgroupManager.equals(CGROUPFS) && !cgroupManager.equals(SYSTEMD)) {
            throw new InvalidSpecException("--cgroup-manager \"" + cgroupManager + "\" is neither "
                    + CGROUPFS + " nor " + SYSTEMD + "; for a container without a cgroup, set the annotation "
                    + Spec.CGROUPS_ANNOTATION + "=disabled");
        }
    }
}
