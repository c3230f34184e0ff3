package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes a Spec of a request that {@link Specs#resolve} has resolved. Needs no configuration: monitors use it too. */
final class ResolvedSpec {

    /** Where a container has proc, sysfs and its devices. */
    private static final Pattern KERNELS = Pattern.compile(
            "/+(\\./+)*(proc|sys|dev(/+(null|zero|full|random|urandom|tty|console|ptmx|pts|fd|std.*))?)/*");

    private ResolvedSpec() {}

    /**
     * The Spec for {@code request}.
     *
     * @param terminal whether the command gets one
     * @param ids whose ids it has
     * @throws ProblemException for the first field that is wrong
     */
    static Spec of(Linux linux, LaunchRequest request, boolean terminal, UserIds ids) {
        RootfsDirectory directory = RootfsDirectory.at(linux, request.rootfs());
        String hostname = request.hostname().isEmpty() ? SpecDefaults.HOSTNAME : request.hostname();
        Users.Account account = account(directory, request.user(), ids);
        SpecBuilder spec = new SpecBuilder(directory.path(), request.command())
                .hostname(hostname)
                .cwd(request.workdir())
                .user(account.user())
                .terminal(terminal)
                .readonly(request.readOnly())
                .env(SpecDefaults.PATH)
                .env("HOSTNAME=" + hostname)
                .env("HOME=" + account.home())
                .resources(Limits.resources(request))
                .capabilities(capabilities(request.dropCapabilities()));
        if (terminal) {
            spec.env("TERM=xterm");
        }
        request.env().forEach((name, value) -> spec.env(variable(name, value)));
        if (!request.readOnly()) {
            spec.annotation(Spec.EPHEMERAL_ANNOTATION, "");
        }
        if (request.init()) {
            spec.annotation(Spec.INIT_ANNOTATION, "true");
        }
        request.tmpfs()
                .forEach(path -> spec.mount(
                        new Spec.Mount(absolute("/tmpfs", path), "tmpfs", "tmpfs", List.of("nosuid", "nodev"))));
        request.mounts().forEach(mount -> spec.mount(mount(mount, ids)));
        ids.pool().ifPresent(spec::isolate);
        network(spec, request.network());
        return spec.build();
    }

    private static void network(SpecBuilder spec, String network) {
        if (network.equals("host")) {
            spec.share(NamespaceType.NETWORK);
        } else if (!network.equals("none")) {
            throw Problem.field("/network", "network \"" + network + "\" is neither none nor host")
                    .exception();
        }
    }

    private static Users.Account account(RootfsDirectory directory, String user, UserIds ids) {
        try {
            Users.Account account = Users.of(directory).find(user, List.of(), SpecDefaults.UMASK);
            ids.check(account.user());
            return account;
        } catch (InvalidSpecException e) {
            throw Problem.field("/user", e.getMessage()).exception();
        }
    }

    private static String variable(String name, String value) {
        if (name.isEmpty() || name.contains("=")) {
            throw Problem.field("/env", "env: \"" + name + "\" is no name of a variable")
                    .exception();
        }
        return name + "=" + value;
    }

    private static Spec.Mount mount(LaunchRequest.MountRequest mount, UserIds ids) {
        List<String> options = new ArrayList<>(List.of("rbind", "nosuid", "nodev"));
        if (mount.readOnly()) {
            options.add("rro");
        }
        if (ids.maps(mount.source())) {
            options.add("ridmap");
        }
        String target = absolute("/mounts", mount.target());
        if (KERNELS.matcher(target).matches()) {
            throw Problem.field("/mounts", "\"" + target + "\" is the kernel's; mount it elsewhere")
                    .exception();
        }
        return new Spec.Mount(target, "bind", mount.source(), options);
    }

    private static String absolute(String pointer, String path) {
        if (!path.startsWith("/")) {
            throw Problem.field(pointer, "\"" + path + "\" is not an absolute path")
                    .exception();
        }
        return path;
    }

    private static Spec.Capabilities capabilities(List<String> dropped) {
        EnumSet<Capability> kept = EnumSet.copyOf(Capability.DEFAULTS);
        for (String name : dropped) {
            if (name.equalsIgnoreCase("all")) {
                kept.clear();
            } else {
                kept.remove(capability(name));
            }
        }
        return new Spec.Capabilities(kept, kept, kept, Set.of(), Set.of());
    }

    private static Capability capability(String name) {
        try {
            return Capability.named(name);
        } catch (InvalidSpecException e) {
            throw Problem.field("/dropCapabilities", e.getMessage()).exception();
        }
    }
}
