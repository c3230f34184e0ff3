package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.OciVersion;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecDefaults;
import java.util.List;

/**
 * The {@code config.json} template for a new bundle: a shell on a terminal, with {@code rootfs} in the same directory,
 * the usual parts of {@link SpecDefaults} and few capabilities.
 */
public final class SpecTemplate {

    private static final List<Capability> CAPABILITIES =
            List.of(Capability.CAP_AUDIT_WRITE, Capability.CAP_KILL, Capability.CAP_NET_BIND_SERVICE);
    private static final int OPEN_FILES = 1024;
    private static final Spec.Mount CGROUPS = new Spec.Mount(
            "/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro"));
    /** Only the owner of a network namespace can mount sysfs; man 7 user_namespaces. */
    private static final Spec.Mount HOSTS_SYS =
            new Spec.Mount("/sys", "none", "/sys", List.of("rbind", "rnosuid", "rnoexec", "rnodev", "rro"));

    private SpecTemplate() {}

    /**
     * The template for this machine.
     *
     * @param forUser whether it is for this process's user instead of root
     */
    public static String ofHost(boolean forUser) {
        OwnProcess process = OwnProcess.current();
        return forUser ? rootless(process.userId(), process.groupId()) : privileged(process.hasOnlyCgroupV2());
    }

    /**
     * The template for a container of root.
     *
     * @param cgroupNamespace whether the container gets one; runc does this only with pure cgroup v2
     */
    public static String privileged(boolean cgroupNamespace) {
        return new Writer(false, cgroupNamespace, 0, 0).write();
    }

    /**
     * The template for a container of an ordinary user: in a user namespace in which that user is root, and in the
     * host's network.
     *
     * @param uid uid of the user
     * @param gid gid of the user
     */
    public static String rootless(int uid, int gid) {
        return new Writer(true, true, uid, gid).write();
    }

    private record Writer(boolean rootless, boolean cgroupNamespace, int uid, int gid) {

        String write() {
            ObjectNode config = JsonNodeFactory.instance.objectNode();
            config.put("ociVersion", OciVersion.NEWEST);
            process(config.putObject("process"));
            config.putObject("root").put("path", "rootfs").put("readonly", true);
            config.put("hostname", SpecDefaults.HOSTNAME);
            mounts(config.putArray("mounts"));
            linux(config.putObject("linux"));
            return config.toPrettyString() + "\n";
        }

        private static void process(ObjectNode process) {
            process.put("terminal", true);
            process.putObject("user").put("uid", 0).put("gid", 0);
            process.putArray("args").add("sh");
            process.putArray("env").add(SpecDefaults.PATH).add("TERM=xterm");
            process.put("cwd", "/");
            ObjectNode sets = process.putObject("capabilities");
            for (String set : List.of("bounding", "effective", "permitted")) {
                ArrayNode names = sets.putArray(set);
                CAPABILITIES.forEach(capability -> names.add(capability.name()));
            }
            process.putArray("rlimits")
                    .addObject()
                    .put("type", "RLIMIT_NOFILE")
                    .put("hard", OPEN_FILES)
                    .put("soft", OPEN_FILES);
            process.put("noNewPrivileges", true);
        }

        private void mounts(ArrayNode mounts) {
            for (Spec.Mount mount : SpecDefaults.MOUNTS) {
                mount(mounts, rootless && mount.type().equals("sysfs") ? HOSTS_SYS : mount);
            }
            if (!rootless) {
                mount(mounts, CGROUPS);
            }
        }

        private void mount(ArrayNode mounts, Spec.Mount mount) {
            ObjectNode json = mounts.addObject();
            json.put("destination", mount.destination())
                    .put("type", mount.type())
                    .put("source", mount.source());
            ArrayNode options = json.putArray("options");
            // The group of terminals is not mapped when only one group is.
            mount.options().stream()
                    .filter(option -> !rootless || !option.startsWith("gid="))
                    .forEach(options::add);
        }

        private void linux(ObjectNode linux) {
            if (rootless) {
                mapping(linux, "uidMappings", uid);
                mapping(linux, "gidMappings", gid);
            } else {
                linux.putObject("resources")
                        .putArray("devices")
                        .addObject()
                        .put("allow", false)
                        .put("access", "rwm");
            }
            ArrayNode namespaces = linux.putArray("namespaces");
            for (NamespaceType type : SpecDefaults.NAMESPACES) {
                boolean left =
                        rootless && type == NamespaceType.NETWORK || !cgroupNamespace && type == NamespaceType.CGROUP;
                if (!left) {
                    namespaces.addObject().put("type", type.word());
                }
            }
            if (rootless) {
                namespaces.addObject().put("type", NamespaceType.USER.word());
            }
            SpecDefaults.MASKED_PATHS.forEach(linux.putArray("maskedPaths")::add);
            SpecDefaults.READONLY_PATHS.forEach(linux.putArray("readonlyPaths")::add);
        }

        private static void mapping(ObjectNode linux, String name, int hostId) {
            linux.putArray(name)
                    .addObject()
                    .put("containerID", 0)
                    .put("hostID", hostId)
                    .put("size", 1);
        }
    }
}
