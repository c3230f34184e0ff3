package dev.rustyrun.engine.service;

import dev.rustyrun.engine.ImageLaunch;
import dev.rustyrun.request.FieldException;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.request.Volume;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Creates a Spec from a request that {@link Specs#resolve} has resolved. Needs no configuration, so that monitors can
 * use it too.
 */
final class ResolvedSpec implements LaunchSite {

    /** The mount points of proc, sysfs and devices in a container. */
    private static final Pattern KERNELS = Pattern.compile(
            "/+(\\./+)*(proc|sys|dev(/+(null|zero|full|random|urandom|tty|console|ptmx|pts|fd|std.*))?)/*");

    private final Home home;
    private final boolean terminal;
    private final UserIds ids;

    /**
     * The image store.
     *
     * @param folder its path; empty for this process's store
     * @param keeps whether the changes of a container from an image are in a layer on disk, instead of in memory
     */
    record Store(String folder, boolean keeps) {
        /** This process's store. */
        static Store own(boolean keeps) {
            return new Store("", keeps);
        }
    }

    /** The users and command defaults of a root file system. */
    private interface Home {

        Root root();

        default String workdir() {
            return "/";
        }

        default List<String> environment() {
            return List.of();
        }

        default void complete(SpecBuilder spec) {
            // A directory adds nothing to the Spec.
        }
    }

    private ResolvedSpec(Home home, boolean terminal, UserIds ids) {
        this.home = home;
        this.terminal = terminal;
        this.ids = ids;
    }

    /**
     * The Spec for {@code request}.
     *
     * @param terminal whether the command gets a terminal
     * @param ids the container's user ids
     * @throws FieldException for the first invalid field
     */
    static Spec of(LaunchRequest request, boolean terminal, UserIds ids) {
        return of(request, terminal, ids, Store.own(false));
    }

    /**
     * The Spec for {@code request} in a process without the service's environment.
     *
     * @param store the store of the image
     */
    static Spec of(LaunchRequest request, boolean terminal, UserIds ids, Store store) {
        Home home = request.image().isPresent()
                ? image(request, store.folder())
                : directory(RootfsDirectory.at(request.rootfs().orElseThrow()), request);
        checkStorage(request, store);
        SpecBuilder spec = LaunchSpec.of(request, new ResolvedSpec(home, terminal, ids));
        home.complete(spec);
        if (!request.isReadOnly() && !(store.keeps() && request.image().isPresent())) {
            spec.annotation(Spec.EPHEMERAL_ANNOTATION, "");
        }
        ids.pool().ifPresent(spec::isolate);
        return spec.build();
    }

    private static void checkStorage(LaunchRequest request, Store store) {
        if (request.storageSize().isPresent()
                && !(store.keeps() && request.image().isPresent())) {
            throw FieldException.at(
                    "/storageSize",
                    "this container's changes are in memory and count towards its memory limit; a container from an image"
                            + " has a layer on disk with rustyrun.keep-files");
        }
    }

    private static Home directory(RootfsDirectory directory, LaunchRequest request) {
        return () -> {
            Users.Account account = Users.of(directory).find(request.user().orElse("0"), List.of(), SpecDefaults.UMASK);
            return new Root(directory.path(), account.user(), account.home());
        };
    }

    private static Home image(LaunchRequest request, String images) {
        ImageLaunch image = ImageLaunch.stored(request.image().orElseThrow(), images);
        Map<String, String> texts = ImageLaunch.etc(request.hostname(), request.network());
        return new Home() {
            @Override
            public Root root() {
                return image.root(request, List.of(), SpecDefaults.UMASK);
            }

            @Override
            public String workdir() {
                return image.workdir();
            }

            @Override
            public List<String> environment() {
                return image.environment();
            }

            @Override
            public void complete(SpecBuilder spec) {
                image.complete(spec, request, texts);
            }
        };
    }

    @Override
    public Root root() {
        try {
            Root root = home.root();
            ids.check(root.user());
            return root;
        } catch (InvalidSpecException e) {
            throw FieldException.at("/user", e.getMessage());
        }
    }

    @Override
    public String workdir() {
        return home.workdir();
    }

    @Override
    public List<String> environment() {
        return home.environment();
    }

    @Override
    public Terminal terminal() {
        return new Terminal(terminal, "xterm");
    }

    @Override
    public void join(SpecBuilder spec, String word) {
        throw FieldException.at("/network", "network \"" + word + "\" is neither none, private nor host");
    }

    @Override
    public Spec.Mount mount(Volume volume) {
        List<String> options = new ArrayList<>(List.of("rbind", "nosuid", "nodev"));
        if (volume.isReadOnly()) {
            options.add("rro");
        }
        if (ids.maps(volume.source())) {
            options.add("ridmap");
        }
        String target = volume.target();
        if (!target.startsWith("/")) {
            throw FieldException.at("/mounts", "\"" + target + "\" is not an absolute path");
        }
        if (KERNELS.matcher(target).matches()) {
            throw FieldException.at(
                    "/mounts", "\"" + target + "\" is a mount point of the kernel's file systems; use another path");
        }
        return new Spec.Mount(target, "bind", volume.source(), options);
    }
}
