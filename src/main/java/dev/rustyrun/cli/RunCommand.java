package dev.rustyrun.cli;

import dev.rustyrun.launch.RunStage;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.PlanCompiler;
import dev.rustyrun.plan.PlanPrinter;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecDefaults;
import dev.rustyrun.spec.SpecValidator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun run}: runs a command in a new container and exits as it does. */
@Command(name = "run", mixinStandardHelpOptions = true, versionProvider = Version.class, exitCodeOnInvalidInput = 125,
        description = "Runs a command in a new container and exits as it does.", sortOptions = false,
        footer = {"", "Exit status: the command's; 128 + N when signal N ended it; 127 when it does not exist,",
            "126 when it cannot be executed, 125 when Rustyrun itself failed.", "", "Examples:",
            "  rustyrun run --rootfs ./busybox --command /bin/sh",
            "  rustyrun run --rootfs ./busybox --net host --volume $PWD:/work:ro --command ls -l /work",
            "  rustyrun run --rootfs ./busybox --explain --command /bin/true"})
final class RunCommand {

    private static final Set<String> ONLY_TELLS = Set.of("--explain", "--help", "-h", "--version", "-V");

    /** What the network namespace is. */
    enum Network {
        none, host
    }

    @Option(names = "--rootfs", required = true, paramLabel = "DIR", description = "The root file system, a directory.")
    private String rootfs;

    @Option(names = "--command", paramLabel = "CMD [ARGS...]", arity = "1", preprocessor = CommandWords.class,
            description = "The command; all words after it are its arguments. Last option.")
    private List<String> command = List.of();

    @Parameters(paramLabel = "CMD [ARGS...]", arity = "0..*", description = "The command, instead of --command.")
    private List<String> words = List.of();

    @Option(names = "--hostname", paramLabel = "NAME", defaultValue = SpecDefaults.HOSTNAME,
            description = "Its host name (default: ${DEFAULT-VALUE}).")
    private String hostname;

    @Option(names = {"-e", "--env"}, paramLabel = "NAME=VALUE", description = "An environment variable; repeatable.")
    private List<String> env = List.of();

    @Option(names = {"-w", "--workdir"}, paramLabel = "DIR", defaultValue = "/",
            description = "The command's working directory, made when missing (default: ${DEFAULT-VALUE}).")
    private String workdir;

    @Option(names = {"-u", "--user"}, paramLabel = "USER[:GROUP]", defaultValue = "0",
            description = "Who runs the command: names from the rootfs's /etc/passwd, or numbers (default: 0).")
    private String user;

    @Option(names = "--net", paramLabel = "none|host", defaultValue = "none",
            description = "none: a network of its own with only lo; host: the host's (default: ${DEFAULT-VALUE}).")
    private Network net;

    @Option(names = "--read-only", description = "Mount the rootfs read-only.")
    private boolean readOnly;

    @Option(names = {"-v", "--volume"}, paramLabel = "SRC:DST[:ro]",
            description = "Show a host file or directory inside; repeatable.")
    private List<String> volumes = List.of();

    @Option(names = "--mount", paramLabel = "type=bind,source=SRC,target=DST[,ro]",
            description = "The same in long form, type bind or tmpfs; repeatable.")
    private List<String> mounts = List.of();

    @Option(names = "--tmpfs", paramLabel = "DST[:OPTIONS]", description = "An empty tmpfs inside; repeatable.")
    private List<String> tmpfs = List.of();

    @Option(names = {"-t", "--tty"}, negatable = true, defaultValue = Option.NULL_VALUE, fallbackValue = "true",
            description = "Give the command a terminal, or not (default: when stdin is one).")
    private Boolean tty;

    @Option(names = "--init", description = "Keep a small init as PID 1 that reaps orphans and passes signals on.")
    private boolean init;

    @Option(names = "--explain", description = "Print every step of the launch instead of performing it.")
    private boolean explain;

    @Option(names = "--trace", description = "Report each step and its time on stderr.")
    private boolean trace;

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    /** Whether these words will launch something, so that the next stage may start while they are being parsed. */
    static boolean launches(String[] args) {
        return args.length > 1 && args[0].equals("run") && Stream.of(args).noneMatch(ONLY_TELLS::contains);
    }

    /**
     * Performs the command.
     *
     * @param started the waiting child stage, if there is one
     * @return what to exit with
     * @throws InvalidSpecException when something asked for cannot be
     */
    int perform(Linux linux, Optional<RunStage> started) {
        LaunchPlan plan;
        try {
            Spec spec = spec(linux);
            SpecValidator.check(spec);
            plan = PlanCompiler.compile(spec);
            if (explain) {
                System.out.print(PlanPrinter.print(plan));
                return 0;
            }
            requireRoot(linux);
        } catch (InvalidSpecException e) {
            started.ifPresent(RunStage::abandon);
            throw e;
        }
        return started.orElseThrow().launch(plan, trace);
    }

    private static void requireRoot(Linux linux) {
        if (!linux.isRoot()) {
            throw new InvalidSpecException(SelfExec.isNativeImage()
                    ? "run needs root: containers without root (user namespaces) are not supported yet"
                    : "run needs root on the JVM: without root it takes a user namespace, which a process with several"
                            + " threads cannot enter; that needs the native binary");
        }
    }

    private Spec spec(Linux linux) {
        RootfsDirectory directory = RootfsDirectory.at(linux, rootfs);
        Users.Account account = Users.of(directory).find(user);
        boolean terminal = tty != null ? tty : linux.isTerminal(0);
        Spec.Process process = new Spec.Process(terminal, account.user(), command.isEmpty() ? words : command,
                environment(account, terminal), workdir, SpecDefaults.CAPABILITIES, false);
        Set<Spec.Namespace> namespaces = EnumSet.copyOf(SpecDefaults.NAMESPACES);
        if (net == Network.host) {
            namespaces.remove(Spec.Namespace.NETWORK);
        }
        return new Spec(process, new Spec.Root(directory.path(), readOnly), hostname, allMounts(),
                new Spec.Linux(namespaces, SpecDefaults.MASKED_PATHS, SpecDefaults.READONLY_PATHS),
                init ? Map.of(Spec.INIT_ANNOTATION, "true") : Map.of());
    }

    private List<String> environment(Users.Account account, boolean terminal) {
        Map<String, String> byName = new LinkedHashMap<>();
        Stream<String> defaults = Stream.of(SpecDefaults.PATH, "HOSTNAME=" + hostname, "HOME=" + account.home(),
                terminal ? "TERM=" + Optional.ofNullable(System.getenv("TERM")).orElse("xterm") : "");
        Stream.concat(defaults, env.stream()).filter(variable -> !variable.isEmpty())
                .forEach(variable -> byName.put(variable.split("=", 2)[0], variable));
        return List.copyOf(byName.values());
    }

    private List<Spec.Mount> allMounts() {
        List<Spec.Mount> all = new ArrayList<>(SpecDefaults.MOUNTS);
        mounts.forEach(text -> all.add(MountWords.mount(text)));
        volumes.forEach(text -> all.add(MountWords.volume(text)));
        tmpfs.forEach(text -> all.add(MountWords.tmpfs(text)));
        return all;
    }
}
