package dev.rustyrun.spec;

import dev.rustyrun.spec.LinuxSpec.Namespace;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a {@link Spec}; everything that is not set is as in {@link SpecDefaults}. Owned by one thread.
 */
public final class SpecBuilder {

    private final String rootfs;
    private final List<String> args;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Map<NamespaceType, Namespace> namespaces = new EnumMap<>(NamespaceType.class);
    private final List<Spec.Mount> mounts = new ArrayList<>(SpecDefaults.MOUNTS);
    private final List<LinuxSpec.Device> devices = new ArrayList<>();
    private final List<LinuxSpec.TimeOffset> timeOffsets = new ArrayList<>();
    private final List<Spec.Rlimit> rlimits = new ArrayList<>();
    private final Map<String, String> sysctl = new HashMap<>();
    private final Map<String, String> annotations = new HashMap<>();
    private Optional<Spec.Image> image = Optional.empty();
    private boolean readonly;
    private boolean terminal;
    private Spec.User user = Spec.User.ROOT;
    private String cwd = "/";
    private Spec.Capabilities capabilities = SpecDefaults.CAPABILITIES;
    private boolean noNewPrivileges = true;
    private int oomScoreAdj = Spec.Process.INHERITED;
    private String hostname = SpecDefaults.HOSTNAME;
    private String domainname = "";
    private List<IdMapping> uidMappings = List.of();
    private List<IdMapping> gidMappings = List.of();
    private String rootfsPropagation = "";
    private String cgroupsPath = "";
    private String personality = "";
    private Resources resources = Resources.none();
    private SeccompSetting seccomp = new SeccompSetting.Builtin();
    private List<String> maskedPaths = SpecDefaults.MASKED_PATHS;
    private List<String> readonlyPaths = SpecDefaults.READONLY_PATHS;

    /**
     * Builds a container that runs {@code args}.
     *
     * @param rootfs absolute path on the host
     */
    public SpecBuilder(String rootfs, List<String> args) {
        this.rootfs = rootfs;
        this.args = args;
        SpecDefaults.NAMESPACES.forEach(this::unshare);
    }

    /** The finished Spec; not yet checked. */
    public Spec build() {
        Spec.Process process = new Spec.Process(
                terminal,
                user,
                args,
                List.copyOf(env.values()),
                cwd,
                capabilities,
                noNewPrivileges,
                rlimits,
                oomScoreAdj);
        LinuxSpec linux = new LinuxSpec(
                List.copyOf(namespaces.values()),
                uidMappings,
                gidMappings,
                timeOffsets,
                devices,
                sysctl,
                cgroupsPath,
                withDevices(),
                rootfsPropagation,
                seccomp,
                maskedPaths,
                readonlyPaths,
                "",
                personality,
                MemoryPolicy.INHERITED,
                List.of());
        return new Spec(
                process,
                new Spec.Root(rootfs, readonly, image),
                ownHostname(linux),
                domainname,
                mounts,
                linux,
                annotations,
                Hooks.NONE);
    }

    /** A container may use the devices that it is given; a FIFO needs no rule. */
    private Resources withDevices() {
        List<DeviceRule> rules = new ArrayList<>(resources.devices());
        for (LinuxSpec.Device device : devices) {
            if (!device.type().equals("p")) {
                rules.add(
                        new DeviceRule(true, DeviceRule.Type.of(device.type()), device.major(), device.minor(), "rwm"));
            }
        }
        return resources.withDevices(rules);
    }

    /** Gives the container a new namespace of this type. */
    public SpecBuilder unshare(NamespaceType type) {
        return join(type, "");
    }

    /** Lets the container join the namespace at {@code path} on the host. */
    public SpecBuilder join(NamespaceType type, String path) {
        namespaces.put(type, new Namespace(type, path));
        return this;
    }

    /** Keeps the container in the caller's namespace of this type. */
    public SpecBuilder share(NamespaceType type) {
        namespaces.remove(type);
        return this;
    }

    /** Sets {@code NAME=VALUE}; a later value of a name replaces an earlier one. */
    public SpecBuilder env(String variable) {
        env.put(variable.split("=", 2)[0], variable);
        return this;
    }

    public SpecBuilder mount(Spec.Mount mount) {
        mounts.add(mount);
        return this;
    }

    public SpecBuilder device(LinuxSpec.Device device) {
        devices.add(device);
        return this;
    }

    public SpecBuilder timeOffset(LinuxSpec.TimeOffset offset) {
        timeOffsets.add(offset);
        return this;
    }

    public SpecBuilder rlimit(Spec.Rlimit rlimit) {
        rlimits.removeIf(earlier -> earlier.type() == rlimit.type());
        rlimits.add(rlimit);
        return this;
    }

    public SpecBuilder sysctl(String name, String value) {
        sysctl.put(name, value);
        return this;
    }

    public SpecBuilder annotation(String name, String value) {
        annotations.put(name, value);
        return this;
    }

    /**
     * Uses the layers of an image as the root file system; the container's layer is in a directory below the rootfs's
     * path.
     */
    public SpecBuilder image(Spec.Image layers) {
        this.image = Optional.of(layers);
        return this;
    }

    public SpecBuilder readonly(boolean on) {
        this.readonly = on;
        return this;
    }

    public SpecBuilder terminal(boolean on) {
        this.terminal = on;
        return this;
    }

    public SpecBuilder user(Spec.User who) {
        this.user = who;
        return this;
    }

    public SpecBuilder cwd(String path) {
        this.cwd = path;
        return this;
    }

    public SpecBuilder capabilities(Spec.Capabilities sets) {
        this.capabilities = sets;
        return this;
    }

    public SpecBuilder noNewPrivileges(boolean on) {
        this.noNewPrivileges = on;
        return this;
    }

    public SpecBuilder oomScoreAdj(int adjustment) {
        this.oomScoreAdj = adjustment;
        return this;
    }

    private String ownHostname(LinuxSpec linux) {
        // The name of a joined UTS namespace is not changed unless the caller asks for another one.
        boolean joined = linux.isJoined(NamespaceType.UTS);
        return joined && hostname.equals(SpecDefaults.HOSTNAME) ? "" : hostname;
    }

    public SpecBuilder hostname(String name) {
        this.hostname = name;
        return this;
    }

    public SpecBuilder domainname(String name) {
        this.domainname = name;
        return this;
    }

    public SpecBuilder personality(String domain) {
        this.personality = domain;
        return this;
    }

    /** Maps the ids of a new user namespace. */
    public SpecBuilder mappings(List<IdMapping> uids, List<IdMapping> gids) {
        this.uidMappings = uids;
        this.gidMappings = gids;
        return this;
    }

    /** Gives the container a new user namespace with a range of {@code pool}, and maps its rootfs to these ids. */
    public SpecBuilder isolate(IdPool pool) {
        return unshare(NamespaceType.USER)
                .mappings(List.of(pool.firstRange()), List.of(pool.firstRange()))
                .annotation(Spec.IDMAP_ROOTFS_ANNOTATION, "true")
                .annotation(Spec.ID_POOL_ANNOTATION, pool.toString());
    }

    public SpecBuilder rootfsPropagation(String propagation) {
        this.rootfsPropagation = propagation;
        return this;
    }

    public SpecBuilder cgroupsPath(String path) {
        this.cgroupsPath = path;
        return this;
    }

    public SpecBuilder resources(Resources limits) {
        this.resources = limits;
        return this;
    }

    public SpecBuilder seccomp(SeccompSetting setting) {
        this.seccomp = setting;
        return this;
    }

    /** Replaces the default masked and read-only paths. */
    public SpecBuilder protectedPaths(List<String> masked, List<String> readOnly) {
        this.maskedPaths = masked;
        this.readonlyPaths = readOnly;
        return this;
    }
}
