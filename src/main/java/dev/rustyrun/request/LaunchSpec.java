package dev.rustyrun.request;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.PublishedPort;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Builds the Spec of a {@link LaunchRequest}. The command line and HTTP both use it. */
public final class LaunchSpec {

    /**
     * The variables that make programs use a proxy; they are set in lower and in upper case, because programs read
     * either.
     */
    private static final Map<String, String> PROXY_VARIABLES = Map.of(
            "http_proxy", "http://" + Spec.PROXY,
            "https_proxy", "http://" + Spec.PROXY,
            "all_proxy", "socks5h://" + Spec.PROXY,
            "no_proxy", "localhost,127.0.0.1,::1");

    private LaunchSpec() {}

    /**
     * Builds the Spec of {@code request} at {@code site}. The caller may add settings that only its interface has.
     *
     * @throws FieldException for the first invalid field
     */
    public static SpecBuilder of(LaunchRequest request, LaunchSite site) {
        LaunchSite.Root root = site.root();
        Set<Capability> capabilities = request.capabilities();
        SpecBuilder spec = new SpecBuilder(root.path(), request.command())
                .hostname(request.hostname())
                .domainname(request.domainname())
                .cwd(request.workdir().orElseGet(site::workdir))
                .user(root.user())
                .terminal(site.terminal().isGiven())
                .readonly(request.isReadOnly())
                .resources(request.resources())
                .capabilities(new Spec.Capabilities(capabilities, capabilities, capabilities, Set.of(), Set.of()));
        spec.linux().personality(request.personality());
        List<String> unset = request.unsetEnv();
        for (String variable : environment(request, site, root.home())) {
            if (!unset.contains(Variable.of(variable).name())) {
                spec.env(variable);
            }
        }
        request.env().forEach(variable -> spec.env(checked(variable).word()));
        if (!request.allowed().isEmpty()) {
            checkAllowed(request);
            spec.annotation(Spec.ALLOW_ANNOTATION, String.join(",", request.allowed()));
        }
        if (request.hasInit()) {
            spec.annotation(Spec.INIT_ANNOTATION, "true");
        }
        mounts(request, site).forEach(spec::mount);
        boolean isConnected = ConnectedNetwork.isWord(request.network());
        switch (request.network()) {
            case "none", "new" -> spec.unshare(NamespaceType.NETWORK);
            case "host" -> spec.share(NamespaceType.NETWORK);
            default -> {
                if (isConnected) {
                    spec.unshare(NamespaceType.NETWORK).annotation(ConnectedNetwork.ANNOTATION, request.network());
                } else {
                    site.join(spec, request.network());
                }
            }
        }
        List<PublishedPort> published = request.published();
        if (!published.isEmpty() && !isConnected) {
            throw FieldException.of(
                    "--publish", "publish", "needs a private or CNI network: --net private or --net cni:NAME");
        }
        if (!published.isEmpty()) {
            spec.annotation(ConnectedNetwork.PORTS_ANNOTATION, ConnectedNetwork.text(published));
        }
        return spec;
    }

    /** The variables that a command gets by default; later values of a name replace earlier ones. */
    private static List<String> environment(LaunchRequest request, LaunchSite site, String home) {
        List<String> variables = new ArrayList<>();
        variables.add(SpecDefaults.PATH);
        variables.add("HOSTNAME=" + request.hostname());
        variables.add("HOME=" + home);
        if (!request.allowed().isEmpty()) {
            PROXY_VARIABLES.forEach((name, value) -> {
                variables.add(name + "=" + value);
                variables.add(name.toUpperCase(Locale.ROOT) + "=" + value);
            });
        }
        variables.addAll(site.environment());
        if (site.terminal().isGiven()) {
            variables.add("TERM=" + site.terminal().type());
        }
        return variables;
    }

    private static void checkAllowed(LaunchRequest request) {
        if (!request.network().equals("none")) {
            throw FieldException.of(
                    "--allow", "allow", "requires network none: allowed hosts are reached only through a proxy");
        }
    }

    private static Variable checked(Variable variable) {
        if (variable.name().isEmpty() || variable.name().contains("=")) {
            throw FieldException.at("/env", "env: \"" + variable.name() + "\" is not a variable name");
        }
        return variable;
    }

    /** Sorts mounts by depth: a mount on a parent directory would hide one that was made before it. */
    private static List<Spec.Mount> mounts(LaunchRequest request, LaunchSite site) {
        List<Spec.Mount> mounts = new ArrayList<>();
        request.shmSize().ifPresent(bytes -> mounts.add(sharedMemory(bytes)));
        mounts.addAll(site.furtherMounts());
        request.mounts().forEach(volume -> mounts.add(site.mount(volume)));
        request.tmpfs().forEach(text -> mounts.add(tmpfs(text)));
        mounts.sort(Comparator.comparingInt(LaunchSpec::depth));
        return mounts;
    }

    private static Spec.Mount sharedMemory(long bytes) {
        return new Spec.Mount(
                "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + bytes));
    }

    private static int depth(Spec.Mount mount) {
        return (int) Stream.of(mount.destination().split("/"))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .count();
    }

    /**
     * The tmpfs mount for {@code DST[:OPTIONS]}.
     *
     * @throws FieldException when DST is not an absolute path
     */
    public static Spec.Mount tmpfs(String text) {
        String[] parts = text.split(":", 2);
        if (!parts[0].startsWith("/")) {
            throw FieldException.of("--tmpfs", "tmpfs", "\"" + text + "\" is not an absolute path");
        }
        return tmpfs(parts[0], parts.length == 2 ? List.of(parts[1].split(",")) : List.of());
    }

    /** A tmpfs mount with these mount(8) options. */
    public static Spec.Mount tmpfs(String target, List<String> options) {
        List<String> all = new ArrayList<>(List.of("nosuid", "nodev"));
        all.addAll(options);
        return new Spec.Mount(target, "tmpfs", "tmpfs", all);
    }
}
