package dev.rustyrun.cli;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.File;
import picocli.CommandLine.Option;

/** The options before a command's name, which are runc's. */
final class GlobalOptions {

    @Option(names = "--root", paramLabel = "DIR", defaultValue = "",
            description = "Where the state of containers is kept (default: /run/rustyrun, or $XDG_RUNTIME_DIR/rustyrun).")
    private String root;

    @Option(names = "--log", paramLabel = "FILE", defaultValue = "", description = "Append errors to FILE too.")
    private String log;

    @Option(names = "--log-format", paramLabel = "text|json", defaultValue = "text",
            description = "The form of the lines in it (default: ${DEFAULT-VALUE}).")
    private String logFormat;

    @Option(names = "--systemd-cgroup", description = "Refused: cgroups are made without systemd's help.")
    private boolean systemdCgroup;

    @Option(names = "--rootless", arity = "0..1", fallbackValue = "true", paramLabel = "true|false|auto",
            description = "Taken for runc's sake, and of no effect: what an ordinary user needs, he gets.")
    private String rootless;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    /** Where containers are kept. */
    ContainerStore store(Linux linux) {
        return ContainerStore.at(linux, root);
    }

    /** Where errors go besides stderr. */
    ErrorLog errorLog() {
        return new ErrorLog(log, logFormat.equals("json"));
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
        if (systemdCgroup) {
            throw new InvalidSpecException("--systemd-cgroup: " + (new File("/run/systemd/system").isDirectory()
                    ? "Rustyrun makes cgroups itself; have the engine use its cgroupfs driver"
                    : "systemd does not run here; leave the option out"));
        }
    }
}
