package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.PublishedPort;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.SpecDefaults;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * What every launch can say, whichever door it comes through: the options of {@code rustyrun run}, here and at a service, and the
 * fields of {@code POST /v1/run} and {@code POST /v1/containers}. A new one is declared here, and used in {@link LaunchSpec} or
 * in one of the values below.
 */
public final class LaunchRequest extends ImageRequest implements Cloneable {

    private static final String FILES = "Files and devices";
    private static final String LIMITS = "Limits";
    /** The period of a quota of processor time. */
    public static final long PERIOD_MICROS = 100_000;
    /** The least bytes to which a layer on disk can be limited. */
    public static final long MIN_STORAGE = 64 << 10;

    private static final BigDecimal MAX_CPUS = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(Integer.MAX_VALUE / 1000);

    @RequestField(
            json = "rootfs",
            atService = "The name of one of the server's root file systems, as info and GET /v1/rootfs list them.",
            labelAtService = "NAME",
            unsaid = "or image",
            example = "\"busybox\"")
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
            unsaid = "required, or the image's",
            example = "[\"/bin/echo\", \"hello\"]")
    @Option(
            names = "--command",
            paramLabel = "CMD [ARGS...]",
            arity = "1",
            preprocessor = CommandParser.class,
            description = "Run CMD; all words after it are its arguments. Must be the last option.")
    private List<String> command = List.of();

    @RequestField(json = "hostname", unsaid = "rustyrun-container", example = "\"rustyrun-container\"")
    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Set the host name (default: rustyrun-container).")
    private String hostname = "";

    @RequestField(json = "domainname", example = "\"example.org\"")
    @Option(names = "--domainname", paramLabel = "NAME", defaultValue = "", description = "Set the NIS domain name.")
    private String domainname = "";

    @RequestField(
            json = "env",
            inJson = "Environment variables, as an object.",
            example = "{\"A\": \"1\"}",
            heading = CommandOptions.HEADING)
    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            converter = Variable.Converter.class,
            description = "Set an environment variable; without a value, the caller's value; repeatable.")
    private List<Variable> env = List.of();

    @RequestField(
            json = "workdir",
            atService = "The command's working directory; created if missing.",
            unsaid = "/, or the image's",
            example = "\"/\"")
    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            defaultValue = Option.NULL_VALUE,
            description =
                    "The command's working directory, made when missing (default: /, or the image's; with --rootfs / the"
                            + " caller's).")
    private String workdir;

    @RequestField(json = "user", unsaid = "0, or the image's", example = "\"1000\"")
    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            defaultValue = Option.NULL_VALUE,
            description =
                    "Run the command as this user: names from the rootfs's /etc/passwd, or numbers (default: 0, or the"
                            + " image's).")
    private String user;

    @RequestField(json = "init", unsaid = "false")
    @Option(names = "--init", description = "Run a small init as PID 1 that reaps orphans and forwards signals.")
    private boolean init;

    @RequestField(
            json = "readOnly",
            atService = "Mount the rootfs read-only, instead of with a temporary layer over it.",
            unsaid = "false",
            heading = FILES)
    @Option(names = "--read-only", description = "Mount the rootfs read-only.")
    private boolean readOnly;

    @RequestField(
            json = "mounts",
            atService = "Mount a directory that the server has configured with this name; repeatable.",
            inJson = "Directories to mount, by the names that the service has configured.",
            labelAtService = "NAME:DST[:ro]",
            example = "[{\"source\": \"data\", \"target\": \"/data\", \"readOnly\": true}]",
            heading = FILES)
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
    @Option(
            names = "--tmpfs",
            paramLabel = "DST[:OPTIONS]",
            description = "Mount an empty tmpfs, with options such as size=64m,mode=700; repeatable.")
    private List<String> tmpfs = List.of();

    @RequestField(json = "shmSize", kind = RequestField.Kind.SIZE, unsaid = "64m", example = "\"1g\"", heading = FILES)
    @Option(names = "--shm-size", paramLabel = "SIZE", description = "Set the size of /dev/shm (default: 64m).")
    private String shmSize;

    @RequestField(
            json = "storageSize",
            kind = RequestField.Kind.SIZE,
            atService = "With an image: limit its layer on disk, where the file system has project quotas.",
            example = "\"1g\"",
            heading = FILES)
    @Option(
            names = "--storage-size",
            paramLabel = "SIZE",
            description =
                    "With an image: limit what its layer on disk takes, where the file system has project quotas.")
    private String storageSize;

    @RequestField(
            json = "network",
            atService =
                    "none: a network of its own with only lo; private: one with a way out; cni:NAME: that of CNI plugins;"
                            + " these and the host's only"
                            + " where the server allows it.",
            labelAtService = "none|private|cni:NAME|host",
            unsaid = "none",
            missing = "none",
            example = "\"none\"",
            heading = "Namespaces")
    @Option(
            names = {"--net", "--network"},
            paramLabel = "none|private|cni:NAME|host|container:ID|path:FILE",
            defaultValue = "none",
            description =
                    "none: a network of its own with only lo; private: one with a way out; cni:NAME: that of CNI plugins;"
                            + " the host's; or another's (default: ${DEFAULT-VALUE}).")
    private String network = "none";

    @RequestField(
            json = "publish",
            inJson = "Ports of the host that lead into a private or CNI network: [IP:]HOST:CONTAINER[/udp].",
            example = "[\"127.0.0.1:8080:80\"]",
            heading = "Namespaces")
    @Option(
            names = {"-p", "--publish"},
            paramLabel = "[IP:]HOST:CONTAINER[/udp]",
            description = "Let a port of the host lead into the container, with --net private or cni:NAME; repeatable.")
    private List<String> published = List.of();

    @RequestField(
            json = "allow",
            inJson = "The hosts that it may reach, through a proxy: HOST[:PORT].",
            atService = "Let it reach this host, where the server allows that, through a proxy; repeatable.",
            example = "[\"*.example.org:443\"]",
            heading = "Namespaces")
    @Option(
            names = "--allow",
            paramLabel = "HOST[:PORT]",
            description =
                    "Let it reach this host, a name, *.NAME, address or ADDRESS/BITS, through a proxy and no other way"
                            + " (default port: 80 and 443); repeatable.")
    private List<String> allowed = List.of();

    @RequestField(
            json = "dropCapabilities",
            atService = "Drop a capability, or all; repeatable.",
            inJson = "Capabilities to drop, or all.",
            unsaid = "docker's default set",
            example = "[\"all\"]",
            heading = "Privileges")
    @Option(
            names = "--cap-drop",
            paramLabel = "CAP|all",
            split = ",",
            description = "Drop a capability; repeatable. all, with --cap-add, grants only those added.")
    private List<String> dropped = List.of();

    @RequestField(
            json = "memory",
            kind = RequestField.Kind.SIZE,
            unsaid = "configured",
            example = "\"64m\"",
            heading = LIMITS)
    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "Limit memory, such as 64m or 2g.")
    private String memory;

    @RequestField(json = "cpus", unsaid = "configured", example = "0.5", heading = LIMITS)
    @Option(names = "--cpus", paramLabel = "N", description = "Limit processor time, such as 1.5 processors.")
    private BigDecimal cpus;

    @RequestField(
            json = "pids",
            atService = "Limit processes and threads.",
            unsaid = "configured",
            example = "64",
            heading = LIMITS)
    @Option(names = "--pids-limit", paramLabel = "N", description = "Limit processes and threads; -1: no limit.")
    private Long pids;

    @RequestField(json = "timeoutSeconds", unsaid = "configured", example = "10", heading = "Timeout and result")
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Kill the container after this time, such as 1.5.")
    private BigDecimal timeout;

    /** One that says nothing yet. */
    public LaunchRequest() {}

    /** Its root file system, if it has one. */
    public Optional<String> rootfs() {
        return Optional.ofNullable(rootfs);
    }

    /** The program and its arguments. */
    public List<String> command() {
        return command;
    }

    /** The host name asked for, or the usual one. */
    public String hostname() {
        return hostname == null || hostname.isEmpty() ? SpecDefaults.HOSTNAME : hostname;
    }

    /** The NIS domain name asked for; empty for the kernel's own. */
    String domainname() {
        return domainname;
    }

    /** Its environment variables, in the order in which they were given. */
    public List<Variable> env() {
        return env;
    }

    /** Where the command runs, if that was said. */
    public Optional<String> workdir() {
        return Optional.ofNullable(workdir);
    }

    /** Who runs the command, if that was said. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Whether PID 1 is a small init. */
    public boolean hasInit() {
        return init;
    }

    /** Whether the root file system cannot be written. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** The directories that are shown inside. */
    public List<Volume> mounts() {
        return mounts;
    }

    /** {@code DST[:OPTIONS]} of each tmpfs. */
    public List<String> tmpfs() {
        return tmpfs;
    }

    /** Bytes of /dev/shm, if that was said. */
    Optional<Long> shmSize() {
        Optional<Long> bytes = Optional.ofNullable(shmSize).map(text -> size("--shm-size", "shmSize", text));
        if (bytes.filter(number -> number <= 0).isPresent()) {
            throw FieldException.of("--shm-size", "shmSize", "\"" + shmSize + "\" is not a size such as 64m");
        }
        return bytes;
    }

    /** The word for its network. */
    public String network() {
        return network;
    }

    /** The hosts that it may reach. */
    List<String> allowed() {
        try {
            EgressPolicy.of(allowed);
        } catch (InvalidSpecException e) {
            throw FieldException.at("/allow", e.getMessage());
        }
        return allowed;
    }

    /** The ports of the host that lead into it. */
    List<PublishedPort> published() {
        try {
            return published.stream().map(PublishedPort::parse).toList();
        } catch (InvalidSpecException e) {
            throw FieldException.at("/publish", e.getMessage());
        }
    }

    /** Capabilities that it does not have, and perhaps {@code all}. */
    public List<String> dropped() {
        return dropped;
    }

    /** The most memory, in bytes, or -1; if that was said. */
    public Optional<Long> memory() {
        return Optional.ofNullable(memory).map(text -> size("--memory", "memory", text));
    }

    /**
     * The most bytes that its layer over an image takes, if there is a limit.
     *
     * @throws FieldException when it is none that a container can have
     */
    public Optional<Long> storageSize() {
        Optional<Long> bytes =
                Optional.ofNullable(storageSize).map(text -> size("--storage-size", "storageSize", text));
        if (bytes.isPresent() && bytes.get() < MIN_STORAGE) {
            throw FieldException.of("--storage-size", "storageSize", "\"" + storageSize + "\" is less than 64k");
        }
        return bytes;
    }

    /** The most processor time, in processors, if that was said. */
    public Optional<BigDecimal> cpus() {
        return Optional.ofNullable(cpus);
    }

    /** The most processes and threads, or -1; if that was said. */
    public Optional<Long> pids() {
        return Optional.ofNullable(pids);
    }

    /** The time allowed, in seconds, if there is a limit. */
    public Optional<BigDecimal> timeoutSeconds() {
        return Optional.ofNullable(timeout);
    }

    /**
     * The same in milliseconds, 0 for no limit.
     *
     * @throws FieldException when it is none that can be waited for
     */
    public long timeoutMillis() {
        if (timeout == null) {
            return 0;
        }
        if (timeout.signum() <= 0 || timeout.compareTo(MAX_SECONDS) > 0) {
            throw FieldException.of("--timeout", "timeoutSeconds", timeout + " is not a number of seconds above 0");
        }
        return Math.max(1, timeout.movePointRight(3).longValue());
    }

    /** The limits of its cgroup, as far as they were said. */
    public Resources resources() {
        Resources.Memory limits = Resources.Memory.NONE;
        if (memory != null) {
            limits = limits.withLimit(memory().orElseThrow());
            if (limits.limit() < Resources.Memory.MIN_LIMIT) {
                throw FieldException.of(
                        "--memory",
                        "memory",
                        memory + " is less than 512k, with which nothing can start; a number alone is of bytes, 64m of"
                                + " mebibytes");
            }
        }
        return Resources.none()
                .withMemory(limits)
                .withCpu(cpus == null ? Resources.Cpu.NONE : Resources.Cpu.NONE.withQuota(quota(cpus), PERIOD_MICROS))
                .withPids(pids == null ? Resources.UNSET : pids);
    }

    /**
     * Microseconds of processor time in {@link #PERIOD_MICROS} of so many processors.
     *
     * @throws FieldException when that is too little, or more than there can be
     */
    public static long quota(BigDecimal cpus) {
        long quota = cpus.compareTo(MAX_CPUS) > 0
                ? 0
                : cpus.multiply(BigDecimal.valueOf(PERIOD_MICROS)).longValue();
        if (quota < 1000) {
            throw FieldException.of("--cpus", "cpus", cpus + " is not a number from 0.01 on");
        }
        return quota;
    }

    private static long size(String option, String field, String text) {
        return ByteSize.limit(text)
                .orElseThrow(() -> FieldException.of(
                        option,
                        field,
                        "\"" + text + "\" is not a size such as 64m or 2g, or more than can be counted"));
    }

    /** The default capabilities without those that are dropped. */
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

    /** Has the command know the terminal's type, unless it was said. */
    public void terminalType(String type) {
        env = Variables.withType(env, type);
    }

    /** Has it run {@code words}, unless it has a command. */
    public void commandIfNone(List<String> words) {
        command = command.isEmpty() ? words : command;
    }

    /** Has it run {@code words}. */
    public void command(List<String> words) {
        command = words;
    }

    /** Has it run what was given, behind the entry point if there is one. */
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

    /** The same with these limits. */
    LaunchRequest limitedTo(long newMemory, BigDecimal newCpus, long newPids, BigDecimal newTimeoutSeconds) {
        LaunchRequest copy = copy();
        copy.memory = Long.toString(newMemory);
        copy.cpus = newCpus;
        copy.pids = newPids;
        copy.timeout = newTimeoutSeconds;
        return copy;
    }

    /** The same with a layer on disk of at most so many bytes. */
    LaunchRequest storing(long bytes) {
        LaunchRequest copy = copy();
        copy.storageSize = Long.toString(bytes);
        return copy;
    }

    /** The same in this directory, with its whole command. */
    public LaunchRequest in(String newRootfs) {
        LaunchRequest copy = copy();
        copy.rootfs = newRootfs;
        copy.command = copy.behindEntrypoint(command);
        copy.settle();
        return copy;
    }

    /** The same in the image with this digest, with its whole command. */
    public LaunchRequest inImage(String digest, List<String> wholeCommand) {
        LaunchRequest copy = copy();
        copy.sayImage(digest);
        copy.command = wholeCommand;
        copy.settle();
        return copy;
    }

    /** Has it launched in this image. */
    public void image(String name) {
        sayImage(name);
    }

    /**
     * Checks that it says where to launch, and what if that cannot be known otherwise.
     *
     * @throws FieldException when it does not
     */
    public void checkOrigin() {
        if (image().isPresent() && rootfs != null) {
            throw FieldException.at(
                    "/image", "image cannot be there together with rootfs: a container comes from one of them");
        }
        if (image().isEmpty() && rootfs == null) {
            throw FieldException.at(
                    "/rootfs", "rootfs is missing, and so is image: a container comes from one of them");
        }
        if (image().isEmpty() && command.isEmpty()) {
            throw FieldException.at("/command", "command must name a program");
        }
        if (image().isEmpty() && !platform().isEmpty()) {
            throw FieldException.at("/platform", "platform is for an image; a rootfs has one already");
        }
        pull();
    }

    /** The same with these mounts. */
    LaunchRequest with(List<Volume> newMounts) {
        LaunchRequest copy = copy();
        copy.mounts = newMounts;
        return copy;
    }

    /** The same as another command's in this container, which has the container's PID 1. */
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
