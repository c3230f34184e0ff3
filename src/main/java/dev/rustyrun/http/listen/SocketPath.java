package dev.rustyrun.http.listen;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The path of a unix socket. What listens binds a file in a folder of its own that nobody else may enter, and the file gets
 * its place only when its permissions are right: there is no moment at which others can connect, and a stale file of a
 * service that was killed is replaced.
 */
public final class SocketPath {

    /** {@code sun_path} without the NUL at its end; man 7 unix. */
    private static final int MAX_BYTES = 107;

    private static final String BOUND = "s";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> GROUP = PosixFilePermissions.fromString("rw-rw----");

    private final Path path;

    public SocketPath(String path) {
        this.path = Path.of(path).toAbsolutePath().normalize();
    }

    /**
     * Makes the folder to bind in.
     *
     * @return the path to bind
     * @throws InvalidSpecException when something else is at the path, or a service listens there
     */
    public String prepare() {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_BYTES) {
            throw new InvalidSpecException("--socket " + path + " has " + length
                    + " bytes, and a unix socket's path at most " + MAX_BYTES + ": choose a shorter one");
        }
        refuseLive();
        try {
            Path folder = Files.createTempDirectory(
                    path.getParent(),
                    ".rustyrun",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            String bound = folder.resolve(BOUND).toString();
            if (bound.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
                Files.delete(folder);
                throw new InvalidSpecException(
                        "--socket " + path + ": its folder's name is too long for a unix socket");
            }
            return bound;
        } catch (IOException e) {
            throw new InvalidSpecException(
                    "--socket " + path + ": no socket can be made in its folder: " + e.getMessage());
        }
    }

    /** Gives what listens at {@code bound} its permissions and its place; the file's identity. */
    Object publish(String bound, Optional<String> group) throws IOException {
        Path socket = Path.of(bound);
        if (group.isPresent()) {
            Files.getFileAttributeView(socket, PosixFileAttributeView.class)
                    .setGroup(socket.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(group.get()));
        }
        Files.setPosixFilePermissions(socket, group.isPresent() ? GROUP : OWNER);
        Object identity = identity(socket);
        Files.move(socket, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        Files.delete(socket.getParent());
        return identity;
    }

    /** Removes the file, unless it is another's by now. */
    void remove(Object identity) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity.equals(identity(path))) {
            Files.delete(path);
        }
    }

    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private void refuseLive() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new InvalidSpecException("--socket " + path + " is there and is no socket");
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new InvalidSpecException("--socket " + path + ": a service listens there; stop it first");
        } catch (IOException stale) {
            // Nobody listens: it is replaced.
        }
    }

    /** Neither file, directory nor link, and not a device or FIFO: those cannot be told apart in Java but by their mode. */
    private boolean isSocket() {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & 0170000) == 0140000;
        } catch (IOException e) {
            return false;
        }
    }
}
