package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.ImageLaunch;
import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a Spec of the options of a launch on this machine. */
record LocalSpec(
        LaunchRequest request,
        ContainerRequest container,
        FamiliarOptions options,
        ImageOptions images,
        StorageOptions storage,
        NamespaceOptions namespaces,
        PrivilegeOptions privileges,
        LimitOptions limits) {

    /**
     * Values that were resolved when the container was created. A container that is started later, maybe by another
     * process, uses the same values.
     *
     * @param image the digest of the image's manifest; empty without an image
     * @param variables environment variables as NAME=VALUE
     */
    record Resolved(String image, List<String> variables) {}

    /**
     * The launch of an image.
     *
     * @param words the image and the command
     * @param before values that were resolved when the container was created
     * @param detached whether nobody is at the container's terminal
     */
    Spec ofImage(CommandContext context, List<String> words, Optional<Resolved> before, boolean detached) {
        LocalHost host = context.host();
        ImageLaunch image =
                before.map(then -> ImageLaunch.stored(then.image())).orElseGet(() -> host.image(request, words.get(0)));
        request.command(image.command(request, words.subList(1, words.size())));
        before.ifPresent(then -> options.useResolved(then.variables()));
        options.completeVariables(request);
        LaunchSite.Root root = image.root(request, privileges.groups(), privileges.umask());
        Map<String, String> files = images.files(host, request.hostname(), request.network());
        return of(host, new ImageSite(host, image, request, root, files, terminal(context, detached), storage));
    }

    /**
     * The launch of a directory.
     *
     * @param words the command
     * @param before values that were resolved when the container was created
     * @param detached whether nobody is at the container's terminal
     */
    Spec ofDirectory(CommandContext context, List<String> words, Optional<Resolved> before, boolean detached) {
        LocalHost host = context.host();
        images.checkNone(request);
        before.ifPresent(then -> options.useResolved(then.variables()));
        options.complete(request, words);
        request.useEntrypoint();
        return of(host, RootfsSite.of(host, request, terminal(context, detached), storage, privileges));
    }

    private LaunchSite.Terminal terminal(CommandContext context, boolean detached) {
        boolean given = container.terminal().orElseGet(() -> !detached && context.readsTerminal());
        return new LaunchSite.Terminal(
                given, Optional.ofNullable(System.getenv("TERM")).orElse("xterm"));
    }

    private Spec of(LocalHost host, LocalSite site) {
        SpecBuilder spec = LaunchSpec.of(request, site);
        site.complete(spec);
        container.labels().forEach(spec::annotation);
        limits.addTo(spec, host, request.resources());
        storage.addTo(spec, host, site.isHosts());
        namespaces.addTo(spec, host);
        privileges.addTo(spec, host, site.root().user(), request.dropped());
        Spec made = spec.build();
        if (site.isImage() && host.isRoot() && made.linux().has(NamespaceType.USER)) {
            throw new InvalidSpecException(
                    "--userns and --uidmap do not work with root's images, whose layers belong to the host's ids;"
                            + " run as an ordinary user, or use --rootfs");
        }
        privileges.check(made, host);
        return made;
    }
}
