package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.Optional;

/**
 * The default path of a user's container store: {@code /run/rustyrun} for root; for an ordinary user the first possible
 * one of {@code $XDG_RUNTIME_DIR/rustyrun}, {@code /run/user/UID/rustyrun}, {@code $XDG_STATE_HOME/rustyrun} and
 * {@code ~/.local/state/rustyrun}. The last resort is a folder in {@code /tmp}, which {@link OwnDirectory} refuses when
 * another user has made it.
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

    /**
     * The value of a variable if it is an absolute path. The XDG Base Directory Specification says to ignore relative
     * ones.
     */
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
