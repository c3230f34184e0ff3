package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options that select new, shared and joined namespaces. */
final class NamespaceOptions {

    private static final String KINDS = "new|host|container:ID|path:FILE";
    private static final Set<String> NEW_USERS = Set.of("new", "auto");

    @InBundle(field = "linux.namespaces")
    @Option(
            names = "--pid",
            paramLabel = KINDS,
            defaultValue = "new",
            description =
                    "Choose the PID namespace: new, the host's, or another container's (default: ${DEFAULT-VALUE}).")
    private String pid;

    @InBundle(field = "linux.namespaces")
    @Option(names = "--ipc", paramLabel = KINDS, defaultValue = "new", description = "Choose the IPC namespace.")
    private String ipc;

    @InBundle(field = "linux.namespaces")
    @Option(
            names = "--uts",
            paramLabel = KINDS,
            defaultValue = "new",
            description = "Choose the UTS namespace, which has the host name.")
    private String uts;

    @InBundle(field = "linux.namespaces")
    @Option(
            names = "--cgroupns",
            paramLabel = KINDS,
            defaultValue = "new",
            description = "Choose the cgroup namespace.")
    private String cgroup;

    @InBundle(field = "linux.namespaces")
    @Option(
            names = "--userns",
            paramLabel = "auto|" + KINDS,
            defaultValue = "",
            description = "Choose the user namespace; auto: new, with host ids that no other container uses"
                    + " (default: host for root, new for others).")
    private String user;

    @InBundle(field = "linux.uidMappings")
    @Option(
            names = "--uidmap",
            paramLabel = "CONTAINER:HOST:SIZE",
            description = "Map the container's user ids to host user ids, in a new user namespace; repeatable.")
    private List<String> uidMaps = List.of();

    @InBundle(field = "linux.gidMappings")
    @Option(
            names = "--gidmap",
            paramLabel = "CONTAINER:HOST:SIZE",
            description = "Map group ids in the same way (default: as --uidmap); repeatable.")
    private List<String> gidMaps = List.of();

    @InBundle(field = "linux.timeOffsets")
    @Option(
            names = "--time-offset",
            paramLabel = "monotonic|boottime=SECONDS",
            description = "Set a clock ahead, in a new time namespace; repeatable.")
    private List<String> timeOffsets = List.of();

    @InBundle(field = "linux.sysctl")
    @Option(
            names = "--sysctl",
            paramLabel = "NAME=VALUE",
            description = "Set a kernel parameter of the container's namespaces; repeatable.")
    private List<String> sysctls = List.of();

    /** Adds these options to {@code spec}. */
    void addTo(SpecBuilder spec, LocalHost host) {
        host.namespace(spec, NamespaceType.PID, "--pid", pid);
        host.namespace(spec, NamespaceType.IPC, "--ipc", ipc);
        host.namespace(spec, NamespaceType.UTS, "--uts", uts);
        host.namespace(spec, NamespaceType.CGROUP, "--cgroupns", cgroup);
        userNamespace(spec, host);
        for (String text : timeOffsets) {
            spec.unshare(NamespaceType.TIME).timeOffset(timeOffset(text));
        }
        for (String text : sysctls) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new InvalidSpecException("sysctl \"" + text + "\" is not NAME=VALUE");
            }
            spec.sysctl(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    private void userNamespace(SpecBuilder spec, LocalHost host) {
        boolean mapped = !uidMaps.isEmpty() || !gidMaps.isEmpty();
        if (mapped && !user.isEmpty() && !user.equals("new")) {
            throw new InvalidSpecException("--uidmap and --gidmap require --userns new");
        }
        if (user.equals("auto") && host.isRoot()) {
            host.isolateIds(spec);
            return;
        }
        if (mapped) {
            List<IdMapping> uids = mappings("--uidmap", uidMaps.isEmpty() ? gidMaps : uidMaps);
            List<IdMapping> gids = mappings("--gidmap", gidMaps.isEmpty() ? uidMaps : gidMaps);
            spec.unshare(NamespaceType.USER).mappings(uids, gids);
        } else if (user.isEmpty() && !host.isRoot() || NEW_USERS.contains(user)) {
            host.grantIds(spec);
        } else if (!user.isEmpty()) {
            host.namespace(spec, NamespaceType.USER, "--userns", user);
        }
        boolean shared = user.isEmpty() || user.equals("host");
        if (host.isRoot() && (mapped || !shared)) {
            spec.annotation(Spec.IDMAP_ROOTFS_ANNOTATION, "true");
        }
    }

    private static List<IdMapping> mappings(String option, List<String> texts) {
        return texts.stream().map(text -> IdMapping.parse(option, text)).toList();
    }

    private static LinuxSpec.TimeOffset timeOffset(String text) {
        String[] pair = text.split("=", 2);
        if (pair.length < 2 || !pair[0].matches("monotonic|boottime") || !pair[1].matches("-?[0-9]{1,10}")) {
            throw new InvalidSpecException("time offset \"" + text + "\" is not monotonic=SECONDS or boottime=SECONDS");
        }
        return new LinuxSpec.TimeOffset(pair[0], Long.parseLong(pair[1]), 0);
    }
}
