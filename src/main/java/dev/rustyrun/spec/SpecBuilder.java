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
 * Builds a {@link Spec}; everything that is not set is as in {@link SpecDefaults}. It can set every field; for
 * those without a method here, use {@link #process()} and {@link #linux()}. Owned by one thread.
 */
public final class SpecBuilder {

    private final String rootfs;
    private final Spec.Process.Builder process;
    private final LinuxSpec.Builder linux = new LinuxSpec.Builder()
            .seccomp(new SeccompSetting.Builtin())
            .maskedPaths(SpecDefaults.MASKED_PATHS)
            .readonlyPaths(SpecDefaults.READONLY_PATHS);
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
    private String hostname = SpecDefaults.HOSTNAME;
    private String domainname = "";
    private Resources resources = Resources.none();
    private Hooks hooks = Hooks.NONE;

    /**
     * Builds a container that runs {@code args}.
     *
     * @param rootfs absolute path on the host
     */
    public SpecBuilder(String rootfs, List<String> args) {
        this.rootfs = rootfs;
        this.process = new Spec.Process.Builder()
                .args(args)
                .cwd("/")
                .capabilities(SpecDefaults.CAPABILITIES)
                .noNewPrivileges(true);
        SpecDefaults.NAMESPACES.forEach(this::unshare);
    }

    /** The finished Spec; not yet checked. */
    public Spec build() {
        LinuxSpec built = linux.namespaces(List.copyOf(namespaces.values()))
                .timeOffsets(timeOffsets)
                .devices(devices)
                .sysctl(sysctl)
                .resources(withDevices())
                .build();
        return new Spec(
                process.env(List.copyOf(env.values())).rlimits(rlimits).build(),
                new Spec.Root(rootfs, readonly, image),
                ownHostname(built),
                domainname,
                mounts,
                built,
                annotations,
                hooks);
    }

    /** All fields of the process. The environment and the rlimits are set by the methods of this class. */
    public Spec.Process.Builder process() {
        return process;
    }

    /**
     * All Linux-specific fields. Namespaces, time offsets, devices, sysctls and resources are set by the methods of this
     * class.
     */
    public LinuxSpec.Builder linux() {
        return linux;
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
        process.terminal(on);
        return this;
    }

    public SpecBuilder user(Spec.User who) {
        process.user(who);
        return this;
    }

    public SpecBuilder cwd(String path) {
        process.cwd(path);
        return this;
    }

    public SpecBuilder capabilities(Spec.Capabilities sets) {
        process.capabilities(sets);
        return this;
    }

    public SpecBuilder noNewPrivileges(boolean on) {
        process.noNewPrivileges(on);
        return this;
    }

    public SpecBuilder cgroupsPath(String path) {
        linux.cgroupsPath(path);
        return this;
    }

    public SpecBuilder seccomp(SeccompSetting setting) {
        linux.seccomp(setting);
        return this;
    }

    private String ownHostname(LinuxSpec linux) {
        // The name of a joined UTS namespace is not changed unless the caller asks for another one.
        boolean joined = linux.isJoined(NamespaceType.UTS);
        boolean isDefault = hostname.equals(SpecDefaults.HOSTNAME);
        if (!linux.has(NamespaceType.UTS) && (!isDefault || !domainname.isEmpty())) {
            throw new InvalidSpecException(
                    "a host name or domain name needs a UTS namespace of the container: leave out --uts host");
        }
        return joined && isDefault ? "" : hostname;
    }

    public SpecBuilder hostname(String name) {
        this.hostname = name;
        return this;
    }

    public SpecBuilder domainname(String name) {
        this.domainname = name;
        return this;
    }

    /** Maps the ids of a new user namespace. */
    public SpecBuilder mappings(List<IdMapping> uids, List<IdMapping> gids) {
        linux.uidMappings(uids).gidMappings(gids);
        return this;
    }

    /** Gives the container a new user namespace with a range of {@code pool}, and maps its rootfs to these ids. */
    public SpecBuilder isolate(IdPool pool) {
        return unshare(NamespaceType.USER)
                .mappings(List.of(pool.firstRange()), List.of(pool.firstRange()))
                .annotation(Spec.IDMAP_ROOTFS_ANNOTATION, "true")
                .annotation(Spec.ID_POOL_ANNOTATION, pool.toString());
    }

    public SpecBuilder resources(Resources limits) {
        this.resources = limits;
        return this;
    }

    public SpecBuilder hooks(Hooks programs) {
        this.hooks = programs;
        return this;
    }
}
