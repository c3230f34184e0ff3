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
 * A container, as in {@code config.json} of the OCI runtime specification: the parts that Rustyrun uses. Immutable.
 * Component names are the specification's; {@link SpecBuilder} builds one.
 *
 * @param process the process to run
 * @param root its root file system
 * @param hostname host name of its UTS namespace; empty to leave it unchanged
 * @param domainname NIS domain name of its UTS namespace; empty to leave it unchanged
 * @param mounts mounts, in the order in which they are made
 * @param linux namespaces, devices, limits and paths
 * @param annotations free-form; names that begin with {@link #OWN_ANNOTATIONS} are Rustyrun's
 * @param hooks programs that run at certain points of its life
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

    /** The prefix of the annotations that control Rustyrun. */
    public static final String OWN_ANNOTATIONS = "dev.rustyrun.";

    /** Set to {@code true}: PID 1 is a small reaper that starts the command, as with {@code docker run --init}. */
    public static final String INIT_ANNOTATION = "dev.rustyrun.init";

    /**
     * If set, the rootfs is not changed: the container writes to a tmpfs on top of it, which is discarded. The value
     * has the options of that tmpfs, such as {@code size=64m}, or is empty.
     */
    public static final String EPHEMERAL_ANNOTATION = "dev.rustyrun.ephemeral";

    /** Set to {@code disabled}: the container stays in the caller's cgroup, without limits. */
    public static final String CGROUPS_ANNOTATION = "dev.rustyrun.cgroups";

    /** The prefix of the annotations that are properties of the systemd unit; runc's docs/systemd.md. */
    public static final String UNIT_PROPERTY_ANNOTATIONS = "org.systemd.property.";

    /** Set to {@code true}: the rootfs is id-mapped for a new user namespace, so that root in it owns root's files. */
    public static final String IDMAP_ROOTFS_ANNOTATION = "dev.rustyrun.idmap-rootfs";
    /** If set, the container keeps its caller's supplementary groups; man 1 crun, "Extensions to OCI". */
    public static final String KEEP_GROUPS_ANNOTATION = "run.oci.keep_original_groups";
    /** The pool from which the host ids of the new user namespace are taken at launch; see {@link IdPool}. */
    public static final String ID_POOL_ANNOTATION = "dev.rustyrun.id-pool";

    /** The hosts that the container can reach through a proxy, separated by commas; it has no other network access. */
    public static final String ALLOW_ANNOTATION = "dev.rustyrun.allow";

    /** The proxy's port on the container's own loopback interface. */
    public static final int PROXY_PORT = 3128;

    /** The proxy's address and port. */
    public static final String PROXY = "127.0.0.1:" + PROXY_PORT;

    /** If set, the host accesses the container's file system before the command runs. */
    public static final String VISIT_ANNOTATION = "dev.rustyrun.visit";

    public Spec {
        mounts = mounts.stream().map(mount -> IdMapOption.applied(mount, linux)).toList();
        annotations = Map.copyOf(annotations);
    }

    /** Whether a process is configured: a bundle may omit it, and can then be created but not started. */
    public boolean hasProcess() {
        return !process.equals(Process.NONE);
    }

    /** A copy with another process. */
    public Spec withProcess(Process other) {
        return new Spec(other, root, hostname, domainname, mounts, linux, annotations, hooks);
    }

    /** A copy with another root. */
    public Spec withRoot(Root other) {
        return new Spec(process, other, hostname, domainname, mounts, linux, annotations, hooks);
    }

    /** A copy with other mounts. */
    public Spec withMounts(List<Mount> others) {
        return new Spec(process, root, hostname, domainname, others, linux, annotations, hooks);
    }

    /** A copy with one more annotation. */
    public Spec withAnnotation(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(annotations);
        more.put(name, value);
        return new Spec(process, root, hostname, domainname, mounts, linux, more, hooks);
    }

    /** A copy with other mappings of its new user namespace. */
    public Spec withMappings(List<IdMapping> uids, List<IdMapping> gids) {
        return new Spec(
                process,
                root,
                hostname,
                domainname,
                mounts,
                linux.copy().uidMappings(uids).gidMappings(gids).build(),
                annotations,
                hooks);
    }

    /** A copy with other limits. */
    public Spec withResources(Resources others) {
        return new Spec(
                process,
                root,
                hostname,
                domainname,
                mounts,
                linux.copy().resources(others).build(),
                annotations,
                hooks);
    }

    /** A copy with only these annotations. */
    public Spec withAnnotations(Map<String, String> others) {
        return new Spec(process, root, hostname, domainname, mounts, linux, others, hooks);
    }

    /** Whether its processes keep their caller's supplementary groups, overriding all other settings of groups. */
    public boolean keepsGroups() {
        return annotations.containsKey(KEEP_GROUPS_ANNOTATION);
    }

    /** Whether the rootfs is id-mapped. */
    public boolean mapsRootfs() {
        return "true".equals(annotations.get(IDMAP_ROOTFS_ANNOTATION));
    }

    /** The annotations without those that control Rustyrun. */
    public Map<String, String> labels() {
        Map<String, String> labels = new TreeMap<>(annotations);
        labels.keySet().removeIf(name -> name.startsWith(OWN_ANNOTATIONS));
        return labels;
    }

    /** The hosts that it can reach through a proxy, each HOST[:PORT]. */
    public List<String> allowedHosts() {
        String hosts = annotations.getOrDefault(ALLOW_ANNOTATION, "");
        return hosts.isEmpty() ? List.of() : List.of(hosts.split(",", -1));
    }

    /** Whether PID 1 is Rustyrun's reaper. */
    public boolean wantsReaper() {
        return "true".equals(annotations.get(INIT_ANNOTATION));
    }

    /**
     * config.md, "process".
     *
     * @param terminal whether it gets a pseudo-terminal
     * @param user the user that runs it
     * @param args the program and its arguments; the program is looked up in the container's PATH
     * @param env environment, each {@code NAME=value}
     * @param cwd absolute path inside the container, created when missing
     * @param capabilities its capability sets
     * @param noNewPrivileges whether execve cannot grant more privileges
     * @param rlimits limits of the process; all others are inherited
     * @param oomScoreAdj -1000 to 1000, or {@link #INHERITED}
     * @param consoleSize size of its terminal
     * @param apparmorProfile name of the profile; empty for none
     * @param selinuxLabel the label; empty for none
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

        /** The value of oomScoreAdj when it is not set. */
        public static final int INHERITED = Integer.MIN_VALUE;

        /** The process of a Spec without one. */
        public static final Process NONE = new Builder().build();

        /** A builder with the values of this. */
        public Builder copy() {
            return new Builder()
                    .terminal(terminal)
                    .user(user)
                    .args(args)
                    .env(env)
                    .cwd(cwd)
                    .capabilities(capabilities)
                    .noNewPrivileges(noNewPrivileges)
                    .rlimits(rlimits)
                    .oomScoreAdj(oomScoreAdj)
                    .consoleSize(consoleSize)
                    .apparmorProfile(apparmorProfile)
                    .selinuxLabel(selinuxLabel)
                    .scheduling(scheduling);
        }

        /** A copy that runs another program as another user. */
        public Process running(User otherUser, List<String> otherArgs, List<String> otherEnv) {
            return copy().user(otherUser).args(otherArgs).env(otherEnv).build();
        }

        /** A copy with another environment. */
        public Process withEnv(List<String> variables) {
            return copy().env(variables).build();
        }

        /** A copy with another AppArmor profile and SELinux label. */
        public Process withLabels(String apparmor, String selinux) {
            return copy().apparmorProfile(apparmor).selinuxLabel(selinux).build();
        }

        /** A copy with other capabilities. */
        public Process withCapabilities(Capabilities sets) {
            return copy().capabilities(sets).build();
        }

        public Process {
            args = List.copyOf(args);
            env = List.copyOf(env);
            rlimits = List.copyOf(rlimits);
        }

        /** Builds a Process: a method for each component, with its name. */
        public static final class Builder {

            private boolean terminal;
            private User user = User.ROOT;
            private List<String> args = List.of();
            private List<String> env = List.of();
            private String cwd = "";
            private Capabilities capabilities = Capabilities.NONE;
            private boolean noNewPrivileges;
            private List<Rlimit> rlimits = List.of();
            private int oomScoreAdj = INHERITED;
            private ConsoleSize consoleSize = ConsoleSize.UNSET;
            private String apparmorProfile = "";
            private String selinuxLabel = "";
            private Scheduling scheduling = Scheduling.INHERITED;

            /** A copy of what was set so far. */
            public Process build() {
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
                        apparmorProfile,
                        selinuxLabel,
                        scheduling);
            }

            public Builder terminal(boolean value) {
                terminal = value;
                return this;
            }

            public Builder user(User value) {
                user = value;
                return this;
            }

            public Builder args(List<String> value) {
                args = value;
                return this;
            }

            public Builder env(List<String> value) {
                env = value;
                return this;
            }

            public Builder cwd(String value) {
                cwd = value;
                return this;
            }

            public Builder capabilities(Capabilities value) {
                capabilities = value;
                return this;
            }

            public Builder noNewPrivileges(boolean value) {
                noNewPrivileges = value;
                return this;
            }

            public Builder rlimits(List<Rlimit> value) {
                rlimits = value;
                return this;
            }

            public Builder oomScoreAdj(int value) {
                oomScoreAdj = value;
                return this;
            }

            public Builder consoleSize(ConsoleSize value) {
                consoleSize = value;
                return this;
            }

            public Builder apparmorProfile(String value) {
                apparmorProfile = value;
                return this;
            }

            public Builder selinuxLabel(String value) {
                selinuxLabel = value;
                return this;
            }

            public Builder scheduling(Scheduling value) {
                scheduling = value;
                return this;
            }
        }
    }

    /** config.md, "consoleSize", in characters; {@link #UNSET} for the size of the runtime's terminal. */
    public record ConsoleSize(int height, int width) {
        public static final ConsoleSize UNSET = new ConsoleSize(0, 0);
    }

    /**
     * config.md, "POSIX-platform user": numeric ids inside the container.
     *
     * @param umask file mode creation mask
     */
    public record User(int uid, int gid, List<Integer> additionalGids, int umask) {

        /** Root, without supplementary groups. */
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

        /** The union of the sets. */
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
     * @param hard the maximum to which the process may raise the limit
     */
    public record Rlimit(RlimitType type, long soft, long hard) {

        /** RLIM_INFINITY. */
        public static final long UNLIMITED = -1;
    }

    /**
     * config.md, "root".
     *
     * @param path absolute path on the host; for an image, the container's own directory, which contains its layer
     * @param readonly whether it is mounted read-only
     * @param image the image, if the root comes from one
     */
    public record Root(String path, boolean readonly, Optional<Image> image) {

        /** A root that is a plain directory. */
        public Root(String path, boolean readonly) {
            this(path, readonly, Optional.empty());
        }
    }

    /**
     * A container's image; the container writes to a layer of its own on top of it.
     *
     * @param name name in the store
     * @param layers host paths of its layers, topmost first
     * @param model host path of the layer that defines owner and permissions of the root directory
     * @param files contents of files that the container sees, by path inside
     * @param volumes directories inside that are stored apart from the container's layer; each before those below it
     * @param kept whether the container's layer is kept after its end
     * @param most maximum number of bytes for its layer and volumes; 0 for no limit
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

        /** The host path of the volume with this number, for a container whose own layer is at {@code path}. */
        public static String volume(String path, int number) {
            return path + "/volume" + number;
        }

        /** Whether {@code mount} is one of the image's volumes, for a container whose own layer is at {@code path}. */
        public boolean isVolume(Mount mount, String path) {
            return volumes.contains(mount.destination()) && mount.source().startsWith(path + "/volume");
        }

        /** A copy for a container whose own layer is kept after its end. */
        public Image keeping() {
            return new Image(name, layers, model, files, volumes, true, most);
        }
    }

    /**
     * config.md, "mounts".
     *
     * @param destination absolute path inside the container
     * @param type type of file system, such as {@code proc}; {@code bind} for a bind mount
     * @param source device, label, or host path of a bind mount
     * @param options options as for mount(8), see {@link MountOptions}
     * @param uidMappings mappings of an id-mapped mount; empty for none, or for the container's
     * @param gidMappings mappings of an id-mapped mount; empty for none, or for the container's
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

        /** A mount that is not id-mapped. */
        public Mount(String destination, String type, String source, List<String> options) {
            this(destination, type, source, options, List.of(), List.of());
        }
    }
}
