package dev.rustyrun.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container, as in {@code config.json} of the OCI runtime specification: the parts that Rustyrun acts on. Immutable.
 * Component names are the specification's; {@link SpecBuilder} makes one.
 *
 * @param process what runs in it
 * @param root its root file system
 * @param hostname of its UTS namespace; empty to leave it as it is
 * @param domainname of its UTS namespace; empty to leave it as it is
 * @param mounts in the order in which they are mounted
 * @param linux namespaces, devices, limits and paths
 * @param annotations free-form; {@link #INIT_ANNOTATION} is ours
 * @param hooks programs that run at points of its life
 */
public record Spec(
        Process process,
        Root root,
        String hostname,
        String domainname,
        List<Mount> mounts,
        LinuxSpec linux,
        Map<String, String> annotations,
        Hooks hooks) {

    /** How the names of the annotations begin that tell Rustyrun what to do. */
    public static final String OWN_ANNOTATIONS = "dev.rustyrun.";

    /** Set to {@code true}, keeps a small reaper as PID 1 that starts the command, as {@code docker run --init} does. */
    public static final String INIT_ANNOTATION = "dev.rustyrun.init";

    /**
     * When there, the rootfs stays as it is: the container writes to a tmpfs over it, which is thrown away. The value is
     * that tmpfs's options, such as {@code size=64m}, or empty.
     */
    public static final String EPHEMERAL_ANNOTATION = "dev.rustyrun.ephemeral";

    /** Set to {@code disabled}, leaves the container in the caller's cgroup, without limits. */
    public static final String CGROUPS_ANNOTATION = "dev.rustyrun.cgroups";

    /** What the names of annotations begin with that are properties of the unit that systemd makes; runc's docs/systemd.md. */
    public static final String UNIT_PROPERTY_ANNOTATIONS = "org.systemd.property.";

    /** Set to {@code true}, shows the rootfs to a new user namespace with its ids mapped, so that root owns root's files. */
    public static final String IDMAP_ROOTFS_ANNOTATION = "dev.rustyrun.idmap-rootfs";
    /** When there, the container has the supplementary groups of its caller; man 1 crun, "Extensions to OCI". */
    public static final String KEEP_GROUPS_ANNOTATION = "run.oci.keep_original_groups";
    /** Says that the host ids of its new user namespace are a range of this pool's, taken when it is launched. */
    public static final String ID_POOL_ANNOTATION = "dev.rustyrun.id-pool";

    /** The hosts that the container may reach through a proxy, with commas between them; it has no other way out. */
    public static final String ALLOW_ANNOTATION = "dev.rustyrun.allow";

    /** The port of its own loopback at which a container finds the proxy. */
    public static final int PROXY_PORT = 3128;

    /** The same with the address. */
    public static final String PROXY = "127.0.0.1:" + PROXY_PORT;

    /** Whether the host does something in the container before its command runs. */
    public static final String VISIT_ANNOTATION = "dev.rustyrun.visit";

    public Spec {
        mounts = mounts.stream().map(mount -> IdMapOption.applied(mount, linux)).toList();
        annotations = Map.copyOf(annotations);
    }

    /** Whether it says what to run: a bundle may leave that out, and then can be created but not started. */
    public boolean hasProcess() {
        return !process.equals(Process.NONE);
    }

    /** The same container with another process. */
    public Spec withProcess(Process other) {
        return new Spec(other, root, hostname, domainname, mounts, linux, annotations, hooks);
    }

    /** The same container with another root. */
    public Spec withRoot(Root other) {
        return new Spec(process, other, hostname, domainname, mounts, linux, annotations, hooks);
    }

    /** The same container with other mounts. */
    public Spec withMounts(List<Mount> others) {
        return new Spec(process, root, hostname, domainname, others, linux, annotations, hooks);
    }

    /** The same container with one more annotation. */
    public Spec withAnnotation(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(annotations);
        more.put(name, value);
        return new Spec(process, root, hostname, domainname, mounts, linux, more, hooks);
    }

    /** The same container with other mappings of its new user namespace. */
    public Spec withMappings(List<IdMapping> uids, List<IdMapping> gids) {
        return new Spec(
                process, root, hostname, domainname, mounts, linux.withMappings(uids, gids), annotations, hooks);
    }

    /** The same container with other limits. */
    public Spec withResources(Resources others) {
        return new Spec(process, root, hostname, domainname, mounts, linux.withResources(others), annotations, hooks);
    }

    /** The same container with only these annotations. */
    public Spec withAnnotations(Map<String, String> others) {
        return new Spec(process, root, hostname, domainname, mounts, linux, others, hooks);
    }

    /** Whether its processes keep the supplementary groups of their caller, whatever else is said of groups. */
    public boolean keepsGroups() {
        return annotations.containsKey(KEEP_GROUPS_ANNOTATION);
    }

    /** Whether the rootfs's ids are mapped. */
    public boolean mapsRootfs() {
        return "true".equals(annotations.get(IDMAP_ROOTFS_ANNOTATION));
    }

    /** The annotations that tell Rustyrun nothing. */
    public Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>(annotations);
        labels.keySet().removeIf(name -> name.startsWith(OWN_ANNOTATIONS));
        return labels;
    }

    /** The hosts that it may reach through a proxy, each HOST[:PORT]. */
    public List<String> allowedHosts() {
        String hosts = annotations.getOrDefault(ALLOW_ANNOTATION, "");
        return hosts.isEmpty() ? List.of() : List.of(hosts.split(",", -1));
    }

    /** Whether a reaper of ours is PID 1. */
    public boolean wantsReaper() {
        return "true".equals(annotations.get(INIT_ANNOTATION));
    }

    /**
     * config.md, "process".
     *
     * @param terminal whether it gets a pseudo-terminal
     * @param user as whom it runs
     * @param args the program and its arguments; the program is looked up in the container's PATH
     * @param env {@code NAME=value} each
     * @param cwd absolute path inside the container, made when missing
     * @param capabilities its capability sets
     * @param noNewPrivileges whether no execve may grant more privileges
     * @param rlimits limits of the process; those not named are inherited
     * @param oomScoreAdj -1000 to 1000, or {@link #INHERITED}
     * @param consoleSize of its terminal
     * @param apparmorProfile its name; empty for none
     * @param selinuxLabel its text; empty for none
     * @param scheduling priorities and processors
     */
    public record Process(
            boolean terminal,
            User user,
            List<String> args,
            List<String> env,
            String cwd,
            Capabilities capabilities,
            boolean noNewPrivileges,
            List<Rlimit> rlimits,
            int oomScoreAdj,
            ConsoleSize consoleSize,
            String apparmorProfile,
            String selinuxLabel,
            Scheduling scheduling) {

        /** The value of an oomScoreAdj that is not set. */
        public static final int INHERITED = Integer.MIN_VALUE;

        /** The process of a Spec that has none. */
        public static final Process NONE = new Process(
                false,
                User.ROOT,
                List.of(),
                List.of(),
                "",
                Capabilities.NONE,
                false,
                List.of(),
                INHERITED,
                ConsoleSize.UNSET,
                "",
                "",
                Scheduling.INHERITED);

        /** The same process that runs another program, as another user. */
        public Process running(User otherUser, List<String> otherArgs, List<String> otherEnv) {
            return new Process(
                    terminal,
                    otherUser,
                    otherArgs,
                    otherEnv,
                    cwd,
                    capabilities,
                    noNewPrivileges,
                    rlimits,
                    oomScoreAdj,
                    consoleSize,
                    apparmorProfile,
                    selinuxLabel,
                    scheduling);
        }

        /** A process with no label, and scheduled as its parent. */
        public Process(
                boolean terminal,
                User user,
                List<String> args,
                List<String> env,
                String cwd,
                Capabilities capabilities,
                boolean noNewPrivileges,
                List<Rlimit> rlimits,
                int oomScoreAdj) {
            this(
                    terminal,
                    user,
                    args,
                    env,
                    cwd,
                    capabilities,
                    noNewPrivileges,
                    rlimits,
                    oomScoreAdj,
                    ConsoleSize.UNSET,
                    "",
                    "",
                    Scheduling.INHERITED);
        }

        /** The same process with another environment. */
        public Process withEnv(List<String> variables) {
            return running(user, args, variables);
        }

        /** The same process with another AppArmor profile and SELinux label. */
        public Process withLabels(String apparmor, String selinux) {
            return new Process(
                    terminal,
                    user,
                    args,
                    env,
                    cwd,
                    capabilities,
                    noNewPrivileges,
                    rlimits,
                    oomScoreAdj,
                    consoleSize,
                    apparmor,
                    selinux,
                    scheduling);
        }

        /** The same process with other capabilities. */
        public Process withCapabilities(Capabilities sets) {
            return new Process(
                    terminal,
                    user,
                    args,
                    env,
                    cwd,
                    sets,
                    noNewPrivileges,
                    rlimits,
                    oomScoreAdj,
                    consoleSize,
                    apparmorProfile,
                    selinuxLabel,
                    scheduling);
        }

        public Process {
            args = List.copyOf(args);
            env = List.copyOf(env);
            rlimits = List.copyOf(rlimits);
        }
    }

    /** config.md, "consoleSize", in characters; {@link #UNSET} to leave it as the runtime's terminal. */
    public record ConsoleSize(int height, int width) {
        public static final ConsoleSize UNSET = new ConsoleSize(0, 0);
    }

    /**
     * config.md, "POSIX-platform user": numeric ids inside the container.
     *
     * @param umask permission bits that new files lack
     */
    public record User(int uid, int gid, List<Integer> additionalGids, int umask) {

        /** Root, with no other group. */
        public static final User ROOT = new User(0, 0, List.of(), SpecDefaults.UMASK);

        public User {
            additionalGids = List.copyOf(additionalGids);
        }
    }

    /** config.md, "capabilities": the five sets; man 7 capabilities. */
    public record Capabilities(
            Set<Capability> bounding,
            Set<Capability> effective,
            Set<Capability> permitted,
            Set<Capability> inheritable,
            Set<Capability> ambient) {

        /** No capability in any set. */
        public static final Capabilities NONE = new Capabilities(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

        public Capabilities {
            bounding = Set.copyOf(bounding);
            effective = Set.copyOf(effective);
            permitted = Set.copyOf(permitted);
            inheritable = Set.copyOf(inheritable);
            ambient = Set.copyOf(ambient);
        }

        /** Those that are in any of the sets. */
        public Set<Capability> all() {
            return Stream.of(bounding, effective, permitted, inheritable, ambient)
                    .flatMap(Set::stream)
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    /**
     * config.md, "rlimits".
     *
     * @param soft the limit, {@link #UNLIMITED} for none
     * @param hard up to where the process may raise it
     */
    public record Rlimit(RlimitType type, long soft, long hard) {

        /** RLIM_INFINITY. */
        public static final long UNLIMITED = -1;
    }

    /**
     * config.md, "root".
     *
     * @param path on the host, absolute; of an image the container's own folder, in which its layer is
     * @param readonly whether it is mounted read-only
     * @param image what an image brings, if it comes from one
     */
    public record Root(String path, boolean readonly, Optional<Image> image) {

        /** A directory. */
        public Root(String path, boolean readonly) {
            this(path, readonly, Optional.empty());
        }
    }

    /**
     * The image of a container, over which that writes to a layer of its own.
     *
     * @param name what it is called in the store
     * @param layers host paths of its layers, the topmost first
     * @param model host path of the layer that says what the root directory is like
     * @param files texts of files that the container sees, by their paths inside
     * @param volumes directories inside that are the container's own, apart from its layer; each before those below it
     * @param kept whether its own layer stays after its end
     * @param most bytes that its own layer and volumes may take; 0 for no limit
     */
    public record Image(
            String name,
            List<String> layers,
            String model,
            Map<String, String> files,
            List<String> volumes,
            boolean kept,
            long most) {
        public Image {
            layers = List.copyOf(layers);
            volumes = List.copyOf(volumes);
            files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        }

        /** Where a container whose own layer is at {@code path} has the volume with this number. */
        public static String volume(String path, int number) {
            return path + "/volume" + number;
        }

        /** Whether {@code mount} is one of its volumes, for a container whose own layer is at {@code path}. */
        public boolean isVolume(Mount mount, String path) {
            return volumes.contains(mount.destination()) && mount.source().startsWith(path + "/volume");
        }

        /** The same for a container whose own layer stays after its end. */
        public Image keeping() {
            return new Image(name, layers, model, files, volumes, true, most);
        }
    }

    /**
     * config.md, "mounts".
     *
     * @param destination absolute path inside the container
     * @param type of file system, such as {@code proc}; {@code bind} for a bind mount
     * @param source device, label, or host path of a bind mount
     * @param options as of mount(8), see {@link MountOptions}
     * @param uidMappings for an id-mapped mount; empty for none or the container's
     * @param gidMappings for an id-mapped mount; empty for none or the container's
     */
    public record Mount(
            String destination,
            String type,
            String source,
            List<String> options,
            List<IdMapping> uidMappings,
            List<IdMapping> gidMappings) {
        public Mount {
            options = List.copyOf(options);
            uidMappings = List.copyOf(uidMappings);
            gidMappings = List.copyOf(gidMappings);
        }

        /** A mount that maps no ids. */
        public Mount(String destination, String type, String source, List<String> options) {
            this(destination, type, source, options, List.of(), List.of());
        }
    }
}
