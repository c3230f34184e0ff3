package dev.rustyrun.cli;

import static java.util.Map.entry;

import dev.rustyrun.request.CommandParser;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Refuses options of {@code run}, {@code create} and {@code exec} that have no effect, because the setting is in a
 * document of the caller: {@code config.json}, or the process of {@code exec --process}. Options that are ignored
 * without a word are dangerous when they restrict a container.
 *
 * <p>An option that is not listed here is refused too, so that a new option is never ignored.
 */
final class InapplicableOptions {

    /** Options about the creation of a container from a bundle. */
    static final Set<String> OF_BUNDLES = Set.of(
            "--bundle",
            "--config",
            "--no-pivot",
            "--no-new-keyring",
            "--console-socket",
            "--pid-file",
            "--pidfd-socket",
            "--no-subreaper",
            "--preserve-fds",
            "--trace-steps");

    /** Options of {@code run} that have an effect, or name the default, with a bundle too. */
    static final Set<String> OF_EVERY_RUN =
            Set.of("--detach", "--keep", "--result", "--trace", "--debug", "--quiet", "--interactive", "--rm");

    /**
     * Options about the start of an {@code exec}; all others are about the command. conmon passes {@code --tty} together
     * with a file whose process has a terminal.
     */
    private static final Set<String> OF_EVERY_EXEC = Set.of(
            "--process",
            "--detach",
            "--ignore-paused",
            "--cgroup",
            "--interactive",
            "--tty",
            "--console-socket",
            "--pid-file",
            "--pidfd-socket",
            "--no-subreaper",
            "--preserve-fds");

    private static final String ID_IS_ARGUMENT = "the id is the argument after --bundle DIR";
    private static final String OWN_ROOT = "the bundle has its own root file system: set root.path in config.json";
    private static final String ARGS = field("process.args");
    private static final String CAPABILITIES = field("process.capabilities");
    private static final String MOUNTS = field("mounts");
    private static final String NAMESPACES = field("linux.namespaces");
    private static final String TRACE = "use --trace, which prints each step of the launch";

    private static final Map<String, String> INSTEAD = Map.ofEntries(
            entry("--name", ID_IS_ARGUMENT),
            entry("--cidfile", ID_IS_ARGUMENT),
            entry("--explain", TRACE),
            entry("--why", TRACE),
            entry("--timeout", "use timeout(1): timeout SECONDS rustyrun run --bundle DIR ID"),
            entry("--label", field("annotations")),
            entry("--command", ARGS),
            entry("--entrypoint", ARGS),
            entry("--env", field("process.env")),
            entry("--env-file", field("process.env")),
            entry("--workdir", field("process.cwd")),
            entry("--user", field("process.user")),
            entry("--group-add", field("process.user.additionalGids")),
            entry("--umask", field("process.user.umask")),
            entry("--tty", field("process.terminal")),
            entry("--cap-add", CAPABILITIES),
            entry("--cap-drop", CAPABILITIES),
            entry("--no-new-privileges", field("process.noNewPrivileges")),
            entry("--ulimit", field("process.rlimits")),
            entry("--oom-score-adj", field("process.oomScoreAdj")),
            entry("--seccomp", field("linux.seccomp")),
            entry("--personality", field("linux.personality.domain")),
            entry("--hostname", field("hostname")),
            entry("--domainname", field("domainname")),
            entry("--init", annotation(Spec.INIT_ANNOTATION)),
            entry("--pull", OWN_ROOT),
            entry("--platform", OWN_ROOT),
            entry("--dns", MOUNTS),
            entry("--add-host", MOUNTS),
            entry("--no-etc", MOUNTS),
            entry("--storage-size", annotation(Spec.EPHEMERAL_ANNOTATION)),
            entry("--ephemeral", annotation(Spec.EPHEMERAL_ANNOTATION)),
            entry("--read-only", field("root.readonly")),
            entry("--volume", MOUNTS),
            entry("--mount", MOUNTS),
            entry("--tmpfs", MOUNTS),
            entry("--shm-size", MOUNTS),
            entry("--device", field("linux.devices and linux.resources.devices")),
            entry("--mask", field("linux.maskedPaths")),
            entry("--unmask", field("linux.maskedPaths and linux.readonlyPaths")),
            entry("--network", NAMESPACES + ", or " + annotation(ConnectedNetwork.ANNOTATION)),
            entry("--publish", annotation(ConnectedNetwork.PORTS_ANNOTATION)),
            entry("--allow", annotation(Spec.ALLOW_ANNOTATION)),
            entry("--pid", NAMESPACES),
            entry("--ipc", NAMESPACES),
            entry("--uts", NAMESPACES),
            entry("--cgroupns", NAMESPACES),
            entry("--userns", NAMESPACES),
            entry("--uidmap", field("linux.uidMappings")),
            entry("--gidmap", field("linux.gidMappings")),
            entry("--time-offset", field("linux.timeOffsets")),
            entry("--sysctl", field("linux.sysctl")),
            entry("--memory", field("linux.resources.memory.limit")),
            entry("--memory-swap", field("linux.resources.memory.swap")),
            entry("--memory-reservation", field("linux.resources.memory.reservation")),
            entry("--cpus", field("linux.resources.cpu.quota and period")),
            entry("--cpu-shares", field("linux.resources.cpu.shares")),
            entry("--cpuset-cpus", field("linux.resources.cpu.cpus")),
            entry("--cpuset-mems", field("linux.resources.cpu.mems")),
            entry("--pids-limit", field("linux.resources.pids.limit")),
            entry("--blkio-weight", field("linux.resources.blockIO.weight")),
            entry("--device-read-bps", field("linux.resources.blockIO.throttleReadBpsDevice")),
            entry("--device-write-bps", field("linux.resources.blockIO.throttleWriteBpsDevice")),
            entry("--device-read-iops", field("linux.resources.blockIO.throttleReadIOPSDevice")),
            entry("--device-write-iops", field("linux.resources.blockIO.throttleWriteIOPSDevice")),
            entry("--cgroup-path", field("linux.cgroupsPath")),
            entry("--cgroups", annotation(Spec.CGROUPS_ANNOTATION)));

    private static final List<Class<?>> PREPROCESSORS = List.of(CommandParser.class, OptionalSize.class);

    private InapplicableOptions() {}

    private static String field(String path) {
        return "set " + path + " in config.json";
    }

    private static String annotation(String name) {
        return "set the annotation " + name + " in config.json";
    }

    /**
     * Checks the options of {@code run --bundle}.
     *
     * @throws InvalidSpecException when an option has no effect with a bundle
     */
    static void checkBundle(CommandSpec run) {
        for (OptionSpec option : given(run)) {
            String name = option.longestName();
            if (!OF_BUNDLES.contains(name) && !OF_EVERY_RUN.contains(name)) {
                throw refused(
                        name, "a bundle", Optional.ofNullable(INSTEAD.get(name)).orElse("use config.json"));
            }
        }
    }

    /**
     * Checks the options of {@code create} for a bundle, when they were parsed as those of {@code run}.
     *
     * @throws InvalidSpecException always, because then one of them is not an option of {@code create --bundle}
     */
    static void checkCreatedBundle(CommandSpec run) {
        checkBundle(run);
        String names = String.join(
                ", ",
                given(run).stream()
                        .map(OptionSpec::longestName)
                        .filter(OF_EVERY_RUN::contains)
                        .toList());
        throw new InvalidSpecException(names + " cannot be used with create --bundle DIR; see rustyrun create --help");
    }

    /**
     * Checks the options of {@code exec --process}.
     *
     * @throws InvalidSpecException when an option is about the command, which the file describes
     */
    static void checkProcessFile(CommandSpec exec) {
        for (OptionSpec option : given(exec)) {
            if (!OF_EVERY_EXEC.contains(option.longestName())) {
                throw refused(option.longestName(), "--process", "set it in the file of --process");
            }
        }
    }

    private static InvalidSpecException refused(String option, String with, String instead) {
        return new InvalidSpecException(option + " has no effect with " + with + "; " + instead);
    }

    private static List<OptionSpec> given(CommandSpec command) {
        Stream<OptionSpec> matched = command.commandLine().getParseResult().matchedOptions().stream();
        Stream<OptionSpec> preprocessed = command.options().stream().filter(InapplicableOptions::isPreprocessed);
        return Stream.concat(matched, preprocessed)
                .filter(option -> !option.longestName().equals(RunCommand.CREATED))
                .toList();
    }

    /** Whether a preprocessor has set the option; picocli does not count such an option as matched. */
    private static boolean isPreprocessed(OptionSpec option) {
        return PREPROCESSORS.stream().anyMatch(kind -> kind.isInstance(option.preprocessor()))
                && option.getValue() != null
                && !List.of().equals(option.getValue());
    }
}
