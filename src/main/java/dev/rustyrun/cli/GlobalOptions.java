package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.io.File;
import picocli.CommandLine.Option;

/** The options before a command's name, which are runc's. */
final class GlobalOptions {

    private static final String CGROUPFS = "cgroupfs";

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "",
            description =
                    "Where the state of containers is kept (default: /run/rustyrun; of an ordinary user the first that there is"
                            + " of $XDG_RUNTIME_DIR/rustyrun, /run/user/UID/rustyrun, $XDG_STATE_HOME/rustyrun and"
                            + " ~/.local/state/rustyrun). Nobody else may be able to write it.")
    private String root;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            defaultValue = "",
            description = "Append errors to FILE too; it is made at once.")
    private String log;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "The form of the lines in it (default: ${DEFAULT-VALUE}).")
    private String logFormat;

    @Option(names = "--systemd-cgroup", description = "Refused: cgroups are made without systemd's help.")
    private boolean systemdCgroup;

    @Option(
            names = "--cgroup-manager",
            paramLabel = "cgroupfs",
            defaultValue = CGROUPFS,
            description = "Taken for crun's sake: who makes cgroups is Rustyrun itself, through cgroupfs.")
    private String cgroupManager;

    @Option(
            names = "--rootless",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false|auto",
            description = "Taken for runc's sake, and of no effect: what an ordinary user needs, he gets.")
    private String rootless;

    @Option(names = "--debug", description = "Log what happens too, to stderr without --log; stack traces with errors.")
    private boolean debug;

    /** Where containers are kept. */
    ContainerStore store(Linux linux) {
        return ContainerStore.at(linux, root);
    }

    /** Where errors go besides stderr and, with --debug, what happens. */
    ErrorLog errorLog() {
        return new ErrorLog(log, logFormat.equals("json"), debug);
    }

    /**
     * Refuses what cannot be.
     *
     * @throws InvalidSpecException for the first thing that is wrong
     */
    void check() {
        if (!logFormat.equals("text") && !logFormat.equals("json")) {
            throw new InvalidSpecException("--log-format \"" + logFormat + "\" is neither text nor json");
        }
        if (!cgroupManager.equals(CGROUPFS) && !cgroupManager.equals("systemd")) {
            throw new InvalidSpecException(
                    "--cgroup-manager \"" + cgroupManager + "\" cannot be: Rustyrun makes cgroups"
                            + " itself, which is " + CGROUPFS + "; for a container without one, give the annotation "
                            + Spec.CGROUPS_ANNOTATION + "=disabled");
        }
        if (systemdCgroup || !cgroupManager.equals(CGROUPFS)) {
            String option = systemdCgroup ? "--systemd-cgroup" : "--cgroup-manager " + cgroupManager;
            throw new InvalidSpecException(option + ": "
                    + (new File("/run/systemd/system").isDirectory()
                            ? "Rustyrun makes cgroups itself; have the engine use its cgroupfs driver"
                            : "systemd does not run here; leave the option out"));
        }
    }
}
