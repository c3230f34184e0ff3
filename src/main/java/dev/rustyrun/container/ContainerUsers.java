package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.rootfs.RootfsDirectory;
import dev.rustyrun.rootfs.Users;
import dev.rustyrun.spec.Spec;
import java.util.List;

/** The users of a running container, from its own {@code /etc/passwd} and {@code /etc/group}. */
public final class ContainerUsers {

    private final Linux linux;
    private final ContainerStore store;
    private final String id;

    /** The users of the container {@code id}; the files are read at each request. */
    public ContainerUsers(CommandTools tools, String id) {
        this.linux = tools.linux();
        this.store = tools.store();
        this.id = id;
    }

    /**
     * The user that {@code text} names: {@code USER} or {@code USER:GROUP}, each a name or a number.
     *
     * @param further names or numbers of supplementary groups
     * @throws dev.rustyrun.spec.InvalidSpecException when a name is unknown
     */
    public Spec.User find(String text, List<String> further, int umask) {
        String root = "/proc/" + store.get(id).pid() + "/root";
        return Users.of(RootfsDirectory.at(linux, root))
                .find(text, further, umask)
                .user();
    }
}
