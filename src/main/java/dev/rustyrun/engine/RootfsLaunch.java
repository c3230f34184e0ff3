package dev.rustyrun.engine;

import dev.rustyrun.container.CommandTools;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.LaunchSite;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import java.util.List;

/** A directory of this machine as the root file system of a request. */
public final class RootfsLaunch {

    private final RootfsDirectory directory;

    RootfsLaunch(CommandTools tools, String path) {
        this.directory = RootfsDirectory.at(tools.linux(), path);
    }

    /**
     * Checks that the directory can hold this program.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when it is no root file system
     */
    public void check(String program) {
        directory.checkTree(program);
    }

    /** The directory, and the user that runs the command. */
    public LaunchSite.Root root(LaunchRequest request, List<String> groups, int umask) {
        Users.Account account = Users.of(directory).find(request.user().orElse("0"), groups, umask);
        return new LaunchSite.Root(directory.path(), account.user(), account.home());
    }
}
