package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.PublishedPort;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecDefaults;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * The fields of every launch: the options of {@code rustyrun run}, local and remote, and the fields of {@code POST
 * /v1/run} and {@code POST /v1/containers}. Declare a new one here, and use it in {@link LaunchSpec} or in a method
 * below.
 */
public final class LaunchRequest extends ImageRequest implements Cloneable {

    private static final String FILES = "Files and devices";
    private static final String LIMITS = "Limits";
    /** The period of the CPU quota, in microseconds. */
    public static final long PERIOD_MICROS = 100_000;
    /** The minimum size limit of a layer on disk, in bytes. */
    public static final long MIN_STORAGE = 64 << 10;

    private static final Set<String> PERSONALITIES = Set.of("LINUX", "LINUX32");
    private static final BigDecimal MAX_CPUS = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(Integer.MAX_VALUE / 1000);

    @RequestField(
            json = "rootfs",
            atService = "The name of one of the server's root file systems, as info and GET /v1/rootfs list them.",
            labelAtService = "NAME",
            defaultText = "or image",
            example = "\"busybox\"")
    @InBundle(field = "root.path")
    @Option(
            names = "--rootfs",
            paramLabel = "DIR",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Use this directory as the root file system; / shows the host's own tree and does not change it.")
    private String rootfs;

    @RequestField(
            json = "command",
            inJson = "The program and its arguments.",
            defaultText = "required, or the image's",
            example = "[\"/bin/echo\", \"hello\"]")
    @InBundle(field = "process.args")
    @Option(
            names = "--command",
            paramLabel = "CMD [ARGS...]",
            arity = "1",
            preprocessor = CommandParser.class,
            description = "Run CMD; all words after it are its arguments. Must be the last option.")
    private List<String> command = List.of();

    @RequestField(json = "hostname", defaultText = "rustyrun-container", example = "\"rustyrun-container\"")
    @InBundle(field = "hostname")
    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Set the host name (default: rustyrun-container).")
    private String hostname = "";

    @RequestField(json = "domainname", example = "\"example.org\"")
    @InBundle(field = "domainname")
    @Option(names = "--domainname", paramLabel = "NAME", defaultValue = "", description = "Set the NIS domain name.")
    private String domainname = "";

    @RequestField(
            json = "env",
            inJson = "Environment variables, as an object.",
            example = "{\"A\": \"1\"}",
            heading = FamiliarOptions.HEADING)
    @InBundle(field = "process.env")
    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            converter = Variable.Converter.class,
            description = "Set an environment variable; without a value, the caller's value; repeatable.")
    private List<Variable> env = List.of();

    @RequestField(
            json = "unsetEnv",
            inJson = "Names of variables that the image or Rustyrun sets and the command does not get.",
            example = "[\"DEBUG\"]",
            heading = FamiliarOptions.HEADING)
    @InBundle(field = "process.env")
    @Option(
            names = "--unsetenv",
            paramLabel = "NAME",
            description =
                    "Unset a variable that the image or Rustyrun sets; -e NAME=VALUE sets it again;" + " repeatable.")
    private List<String> unsetEnv = List.of();

    @RequestField(
            json = "workdir",
            atService = "The command's working directory; created if missing.",
            defaultText = "/, or the image's",
            example = "\"/\"")
    @InBundle(field = "process.cwd")
    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Set the command's working directory; created if missing (default: /, or the image's; with --rootfs / the"
                            + " caller's).")
    private String workdir;

    @RequestField(json = "user", defaultText = "0, or the image's", example = "\"1000\"")
    @InBundle(field = "process.user")
    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Run the command as this user: names from the rootfs's /etc/passwd, or numbers (default: 0, or the"
                            + " image's).")
    private String user;

    @RequestField(json = "init", defaultText = "false")
    @InBundle(annotation = Spec.INIT_ANNOTATION)
    @Option(names = "--init", description = "Run a small init as PID 1 that reaps orphans and forwards signals.")
    private boolean init;

    @RequestField(
            json = "readOnly",
            atService = "Mount the rootfs read-only, instead of with a temporary layer over it.",
            defaultText = "false",
            heading = FILES)
    @InBundle(field = "root.readonly")
    @Option(names = "--read-only", description = "Mount the rootfs read-only.")
    private boolean readOnly;

    @RequestField(
            json = "mounts",
            atService = "Mount a directory that the server's configuration has under this name; repeatable.",
            inJson = "Directories to mount, by the names that the service has configured.",
            labelAtService = "NAME:DST[:ro]",
            example = "[{\"source\": \"data\", \"target\": \"/data\", \"readOnly\": true}]",
            heading = FILES)
    @InBundle(field = "mounts")
    @Option(
            names = {"-v", "--volume"},
            paramLabel = "SRC:DST[:ro]",
            converter = Volume.Converter.class,
            description = "Mount a host file or directory; repeatable.")
    private List<Volume> mounts = List.of();

    @RequestField(
            json = "tmpfs",
            inJson = "Empty file systems in memory: PATH or PATH:OPTIONS, such as /tmp:size=64m,mode=700.",
            example = "[\"/tmp:size=64m\"]",
            heading = FILES)
    @InBundle(field = "mounts")
    @Option(
            names = "--tmpfs",
            paramLabel = "DST[:OPTIONS]",
            description = "Mount an empty tmpfs, with options such as size=64m,mode=700; repeatable.")
    private List<String> tmpfs = List.of();

    @RequestField(
            json = "shmSize",
            kind = RequestField.Kind.SIZE,
            defaultText = "64m",
            example = "\"1g\"",
            heading = FILES)
    @InBundle(field = "mounts")
    @Option(names = "--shm-size", paramLabel = "SIZE", description = "Set the size of /dev/shm (default: 64m).")
    private String shmSize;

    @RequestField(
            json = "storageSize",
            kind = RequestField.Kind.SIZE,
            atService = "With an image: limit the size of its layer on disk; needs a file system with project quotas.",
            example = "\"1g\"",
            heading = FILES)
    @InBundle(annotation = Spec.EPHEMERAL_ANNOTATION)
    @Option(
            names = "--storage-size",
            paramLabel = "SIZE",
            description =
                    "With an image: limit the size of its layer on disk; needs a file system with project quotas.")
    private String storageSize;

    @RequestField(
            json = "network",
            inJson = "none: only a loopback interface; private: a private network with internet access; cni:NAME: a"
                    + " network of CNI plugins; host: the host's. The server must allow all but none. Or an object"
                    + " with mode, allow and publish.",
            atService = "none: only a loopback interface; private: a private network with internet access; cni:NAME: a"
                    + " network of CNI plugins; host: the host's. The server must allow all but none.",
            labelAtService = "none|private|cni:NAME|host",
            defaultText = "none",
            missing = "none",
            example = "\"none\"",
            heading = "Namespaces")
    @InBundle(field = "linux.namespaces", annotation = ConnectedNetwork.ANNOTATION)
    @Option(
            names = {"--net", "--network"},
            paramLabel = "none|private|cni:NAME|host|container:ID|path:FILE",
            defaultValue = "none",
            description =
                    "none: only a loopback interface; private: a private network with internet access; cni:NAME: a"
                            + " network of CNI plugins; the host's; or another container's (default: ${DEFAULT-VALUE}).")
    private String network = "none";

    @RequestField(
            json = "publish",
            inJson = "Host ports to forward into a private or CNI network: [IP:]HOST:CONTAINER[/udp].",
            example = "[\"127.0.0.1:8080:80\"]",
            heading = "Namespaces")
    @InBundle(annotation = ConnectedNetwork.PORTS_ANNOTATION)
    @Option(
            names = {"-p", "--publish"},
            paramLabel = "[IP:]HOST:CONTAINER[/udp]",
            description = "Forward a host port to the container, with --net private or cni:NAME; repeatable.")
    private List<String> published = List.of();

    @RequestField(
            json = "allow",
            inJson = "The hosts that the container may reach, through a proxy: HOST[:PORT].",
            atService = "Let the container reach this host through a proxy, if the server allows it; repeatable.",
            example = "[\"*.example.org:443\"]",
            heading = "Namespaces")
    @InBundle(annotation = Spec.ALLOW_ANNOTATION)
    @Option(
            names = "--allow",
            paramLabel = "HOST[:PORT]",
            description =
                    "Let the container reach this host, only through a proxy: a name, *.NAME, address or ADDRESS/BITS"
                            + " (default port: 80 and 443); repeatable.")
    private List<String> allowed = List.of();

    @RequestField(
            json = "dropCapabilities",
            atService = "Drop a capability, or all; repeatable.",
            inJson = "Capabilities to drop, or all.",
            defaultText = "docker's default set",
            example = "[\"all\"]",
            heading = "Privileges")
    @InBundle(field = "process.capabilities")
    @Option(
            names = "--cap-drop",
            paramLabel = "CAP|all",
            split = ",",
            description = "Drop a capability; repeatable. all, with --cap-add, grants only those added.")
    private List<String> dropped = List.of();

    @RequestField(
            json = "personality",
            defaultText = "the service's own",
            example = "\"LINUX32\"",
            heading = "Privileges")
    @InBundle(field = "linux.personality.domain")
    @Option(
            names = "--personality",
            paramLabel = "LINUX|LINUX32",
            defaultValue = Option.NULL_VALUE,
            description = "Set the execution domain; with LINUX32, uname shows a 32-bit machine.")
    private String personality;

    @RequestField(
            json = "memory",
            kind = RequestField.Kind.SIZE,
            defaultText = "configured",
            example = "\"64m\"",
            heading = LIMITS)
    @InBundle(field = "linux.resources.memory.limit")
    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "Limit memory, such as 64m or 2g.")
    private String memory;

    @RequestField(json = "cpus", defaultText = "configured", example = "0.5", heading = LIMITS)
    @InBundle(field = "linux.resources.cpu.quota and period")
    @Option(names = "--cpus", paramLabel = "N", description = "Limit processor time, such as 1.5 processors.")
    private BigDecimal cpus;

    @RequestField(
            json = "pids",
            atService = "Limit processes and threads.",
            defaultText = "configured",
            example = "64",
            heading = LIMITS)
    @InBundle(field = "linux.resources.pids.limit")
    @Option(names = "--pids-limit", paramLabel = "N", description = "Limit processes and threads; -1: no limit.")
    private Long pids;

    @RequestField(json = "timeoutSeconds", defaultText = "configured", example = "10", heading = "Timeout and result")
    @InBundle(instead = "use timeout(1): timeout SECONDS rustyrun run --bundle DIR ID")
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Kill the container after this time, such as 1.5.")
    private BigDecimal timeout;

    /** Creates a request without any field set. */
    public LaunchRequest() {}

    /** The root file system; empty if not specified. */
    public Optional<String> rootfs() {
        return Optional.ofNullable(rootfs);
    }

    /** The program and its arguments. */
    public List<String> command() {
        return command;
    }

    /** The requested host name, or the default. */
    public String hostname() {
        return hostname == null || hostname.isEmpty() ? SpecDefaults.HOSTNAME : hostname;
    }

    /** The requested NIS domain name; empty for the kernel's default. */
    String domainname() {
        return domainname;
    }

    /** Environment variables, in the order in which they were given. */
    public List<Variable> env() {
        return env;
    }

    /** The names of the variables that the command does not get, unless they are in {@link #env}. */
    List<String> unsetEnv() {
        for (String name : unsetEnv) {
            if (name.isEmpty() || name.contains("=")) {
                throw FieldException.of("--unsetenv", "unsetEnv", "\"" + name + "\" is not a variable name");
            }
        }
        return unsetEnv;
    }

    /** The working directory; empty if not specified. */
    public Optional<String> workdir() {
        return Optional.ofNullable(workdir);
    }

    /** The user that runs the command; empty if not specified. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Whether PID 1 is a small init. */
    public boolean hasInit() {
        return init;
    }

    /** Whether the root file system is read-only. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The directories to mount. */
    public List<Volume> mounts() {
        return mounts;
    }

    /** {@code DST[:OPTIONS]} of each tmpfs. */
    public List<String> tmpfs() {
        return tmpfs;
    }

    /** Bytes of /dev/shm; empty if not specified. */
    Optional<Long> shmSize() {
        Optional<Long> bytes = Optional.ofNullable(shmSize).map(text -> size("--shm-size", "shmSize", text));
        if (bytes.filter(number -> number <= 0).isPresent()) {
            throw FieldException.of("--shm-size", "shmSize", "\"" + shmSize + "\" is not a size such as 64m");
        }
        return bytes;
    }

    /** The network mode. */
    public String network() {
        return network;
    }

    /** The hosts that the container may reach. */
    List<String> allowed() {
        try {
            EgressPolicy.of(allowed);
        } catch (InvalidSpecException e) {
            throw FieldException.at("/allow", e.getMessage());
        }
        return allowed;
    }

    /** The published ports. */
    List<PublishedPort> published() {
        try {
            return published.stream().map(PublishedPort::parse).toList();
        } catch (InvalidSpecException e) {
            throw FieldException.at("/publish", e.getMessage());
        }
    }

    /** The dropped capabilities; may contain {@code all}. */
    public List<String> dropped() {
        return dropped;
    }

    /** The execution domain, LINUX or LINUX32; empty to leave it unchanged. */
    String personality() {
        if (personality != null && !PERSONALITIES.contains(personality)) {
            throw FieldException.of("--personality", "personality", "\"" + personality + "\" is not LINUX or LINUX32");
        }
        return personality == null ? "" : personality;
    }

    /** The memory limit in bytes, -1 for none; empty if not specified. */
    public Optional<Long> memory() {
        return Optional.ofNullable(memory).map(text -> size("--memory", "memory", text));
    }

    /**
     * The size limit of the layer over an image, in bytes; empty for no limit.
     *
     * @throws FieldException when the size is invalid or less than {@link #MIN_STORAGE}
     */
    public Optional<Long> storageSize() {
        Optional<Long> bytes =
                Optional.ofNullable(storageSize).map(text -> size("--storage-size", "storageSize", text));
        if (bytes.isPresent() && bytes.get() < MIN_STORAGE) {
            throw FieldException.of("--storage-size", "storageSize", "\"" + storageSize + "\" is less than 64k");
        }
        return bytes;
    }

    /** The CPU limit, in processors; empty if not specified. */
    public Optional<BigDecimal> cpus() {
        return Optional.ofNullable(cpus);
    }

    /** The limit of processes and threads, -1 for none; empty if not specified. */
    public Optional<Long> pids() {
        return Optional.ofNullable(pids);
    }

    /** The timeout in seconds; empty for no limit. */
    public Optional<BigDecimal> timeoutSeconds() {
        return Optional.ofNullable(timeout);
    }

    /**
     * The timeout in milliseconds; 0 for no limit.
     *
     * @throws FieldException when it is not positive, or too large
     */
    public long timeoutMillis() {
        if (timeout == null) {
            return 0;
        }
        if (timeout.signum() <= 0 || timeout.compareTo(MAX_SECONDS) > 0) {
            throw FieldException.of(
                    "--timeout", "timeoutSeconds", timeout + " is not a number of seconds greater than 0");
        }
        return Math.max(1, timeout.movePointRight(3).longValue());
    }

    /** The cgroup limits that were specified. */
    public Resources resources() {
        Resources.Memory limits = Resources.Memory.NONE;
        if (memory != null) {
            limits = limits.withLimit(memory().orElseThrow());
            if (limits.limit() < Resources.Memory.MIN_LIMIT) {
                throw FieldException.of(
                        "--memory",
                        "memory",
                        memory + " is less than 512k, too little to start; a number without a suffix is bytes, 64m is"
                                + " mebibytes");
            }
        }
        return Resources.none()
                .withMemory(limits)
                .withCpu(cpus == null ? Resources.Cpu.NONE : Resources.Cpu.NONE.withQuota(quota(cpus), PERIOD_MICROS))
                .withPids(pids == null ? Resources.UNSET : pids);
    }

    /**
     * The CPU quota in microseconds per {@link #PERIOD_MICROS} for this number of processors.
     *
     * @throws FieldException when the number is too small or too large
     */
    public static long quota(BigDecimal cpus) {
        long quota = cpus.compareTo(MAX_CPUS) > 0
                ? 0
                : cpus.multiply(BigDecimal.valueOf(PERIOD_MICROS)).longValue();
        if (quota < 1000) {
            throw FieldException.of("--cpus", "cpus", cpus + " is not a number of at least 0.01");
        }
        return quota;
    }

    private static long size(String option, String field, String text) {
        return ByteSize.limit(text)
                .orElseThrow(() -> FieldException.of(
                        option, field, "\"" + text + "\" is not a size such as 64m or 2g, or is too large"));
    }

    /** The default capabilities without the dropped ones. */
    Set<Capability> capabilities() {
        EnumSet<Capability> kept = EnumSet.copyOf(Capability.DEFAULTS);
        for (String name : dropped) {
            if (name.equalsIgnoreCase("all")) {
                kept.clear();
            } else {
                kept.remove(capability(name));
            }
        }
        return kept;
    }

    private static Capability capability(String name) {
        try {
            return Capability.named(name);
        } catch (InvalidSpecException e) {
            throw FieldException.at("/dropCapabilities", e.getMessage());
        }
    }

    /** Sets TERM, unless it is set already. */
    public void terminalType(String type) {
        env = Variables.withType(env, type);
    }

    /** Sets the command, unless there is one. */
    public void commandIfNone(List<String> words) {
        command = command.isEmpty() ? words : command;
    }

    /** Sets the command. */
    public void command(List<String> words) {
        command = words;
    }

    /** Puts the entry point, if given, before the command. */
    public void useEntrypoint() {
        command = behindEntrypoint(command);
    }

    void env(List<Variable> variables) {
        env = variables;
    }

    private LaunchRequest copy() {
        try {
            return (LaunchRequest) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A copy with these limits. */
    LaunchRequest limitedTo(long newMemory, BigDecimal newCpus, long newPids, BigDecimal newTimeoutSeconds) {
        LaunchRequest copy = copy();
        copy.memory = Long.toString(newMemory);
        copy.cpus = newCpus;
        copy.pids = newPids;
        copy.timeout = newTimeoutSeconds;
        return copy;
    }

    /** A copy whose layer on disk is limited to {@code bytes}. */
    LaunchRequest storing(long bytes) {
        LaunchRequest copy = copy();
        copy.storageSize = Long.toString(bytes);
        return copy;
    }

    /** A copy with this root file system and its complete command. */
    public LaunchRequest in(String newRootfs) {
        LaunchRequest copy = copy();
        copy.rootfs = newRootfs;
        copy.command = copy.behindEntrypoint(command);
        copy.clearImageFields();
        return copy;
    }

    /** A copy with the image of this digest and its complete command. */
    public LaunchRequest inImage(String digest, List<String> wholeCommand) {
        LaunchRequest copy = copy();
        copy.setImage(digest);
        copy.command = wholeCommand;
        copy.clearImageFields();
        return copy;
    }

    /** Sets the image. */
    public void image(String name) {
        setImage(name);
    }

    /**
     * Checks that the request has a rootfs or an image, and a command if the image cannot provide one.
     *
     * @throws FieldException when a field is missing or contradicts another
     */
    public void checkOrigin() {
        if (image().isPresent() && rootfs != null) {
            throw FieldException.at("/image", "image and rootfs cannot be used together: give one of them");
        }
        if (image().isEmpty() && rootfs == null) {
            throw FieldException.at("/rootfs", "rootfs and image are both missing: give one of them");
        }
        if (image().isEmpty() && command.isEmpty()) {
            throw FieldException.at("/command", "command must name a program");
        }
        if (image().isEmpty()) {
            checkNoImageFields();
        }
        pull();
    }

    /** A copy with these mounts. */
    LaunchRequest with(List<Volume> newMounts) {
        LaunchRequest copy = copy();
        copy.mounts = newMounts;
        return copy;
    }

    /** A copy for another command in this container, whose PID 1 already exists. */
    LaunchRequest with(List<String> newCommand, List<Variable> newEnv, String newWorkdir, String newUser) {
        LaunchRequest copy = copy();
        copy.command = newCommand;
        copy.env = newEnv;
        copy.workdir = newWorkdir;
        copy.user = newUser;
        copy.init = false;
        return copy;
    }
}
