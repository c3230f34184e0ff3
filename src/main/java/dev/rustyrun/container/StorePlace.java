package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/**
 * Where a user's containers are written down: root's in {@code /run/rustyrun}; an ordinary user's in the first of
 * {@code $XDG_RUNTIME_DIR/rustyrun}, {@code /run/user/UID/rustyrun} and {@code ~/.local/state/rustyrun} that can be. Only who
 * has none of them has a folder in {@code /tmp}, which {@link OwnDirectory} refuses when somebody else has made it.
 */
final class StorePlace {

    private static final String NAME = "/rustyrun";

    private StorePlace() {}

    /** The folder; it need not exist. */
    static String of(Linux linux) {
        if (linux.isRoot()) {
            return "/run" + NAME;
        }
        Optional<String> runtime = variable("XDG_RUNTIME_DIR");
        if (runtime.isPresent()) {
            return runtime.get() + NAME;
        }
        String user = Integer.toUnsignedString(linux.userId());
        if (isOwn(linux, "/run/user/" + user)) {
            return "/run/user/" + user + NAME;
        }
        Optional<String> state = variable("XDG_STATE_HOME");
        if (state.isPresent()) {
            return state.get() + NAME;
        }
        Optional<String> home = variable("HOME").filter(path -> isOwn(linux, path));
        return home.map(path -> path + "/.local/state" + NAME).orElse("/tmp" + NAME + "-" + user);
    }

    /** A path, as such variables must hold; what is relative counts as missing, as their specification wants. */
    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> value.startsWith("/"));
    }

    private static boolean isOwn(Linux linux, String path) {
        try {
            FileStatus status = linux.status(FileFlag.AT_FDCWD, path);
            return status.isDirectory() && status.isOnlyWritableBy(linux.userId());
        } catch (LinuxException e) {
            return false;
        }
    }
}
