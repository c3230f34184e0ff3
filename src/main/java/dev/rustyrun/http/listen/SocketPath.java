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
 * The path of a unix socket. The server binds a file in a private directory, and the file is moved to its path after
 * its permissions are set. So others can never connect too early, and a stale file of a killed service is replaced.
 */
public final class SocketPath {

    /** {@code sun_path} without the terminating NUL; man 7 unix. */
    private static final int MAX_BYTES = 107;

    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    private static final String BOUND = "s";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> GROUP = PosixFilePermissions.fromString("rw-rw----");

    private final Path path;

    public SocketPath(String path) {
        this.path = Path.of(path).toAbsolutePath().normalize();
    }

    /**
     * Creates the private directory to bind in.
     *
     * @return the path to bind
     * @throws InvalidSpecException when the path is in use by another file or a running service
     */
    public String prepare() {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_BYTES) {
            throw new InvalidSpecException("--socket " + path + " has " + length
                    + " bytes; a unix socket's path has at most " + MAX_BYTES + ": choose a shorter one");
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
                        "--socket " + path + ": its directory's path is too long for a unix socket");
            }
            return bound;
        } catch (IOException e) {
            throw new InvalidSpecException(
                    "--socket " + path + ": no socket can be created in its directory: " + e.getMessage());
        }
    }

    /** Sets the permissions of the socket at {@code bound} and moves it to its path; returns the file's identity. */
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

    /** Removes the file, unless another service has replaced it. */
    void remove(Object identity) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity.equals(identity(path))) {
            Files.delete(path);
        }
    }

    private static Object identity(Path file) throws IOException {
        return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Who else could replace the socket, so that clients would talk to them, as one sentence; empty if nobody can. It may
     * be intended: everyone may write to the directory of a pod's volume.
     */
    public Optional<String> risk() {
        Path folder = path.getParent();
        try {
            int owner = (int) Files.getAttribute(folder, "unix:uid");
            int own = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            int mode = (int) Files.getAttribute(folder, "unix:mode");
            if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
                return Optional.of("every user may write to " + folder + ", and could replace the socket "
                        + path.getFileName() + " there: set the directory's sticky bit, or choose another directory");
            }
            return owner == 0 || owner == own
                    ? Optional.empty()
                    : Optional.of("user " + owner + " owns " + folder + ", and could replace the socket "
                            + path.getFileName() + " there: choose a directory that you or root own");
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void refuseLive() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new InvalidSpecException("--socket " + path + " exists and is not a socket");
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new InvalidSpecException("--socket " + path + ": a running service listens there; stop it first");
        } catch (IOException stale) {
            // Nobody listens, so the stale file will be replaced.
        }
    }

    /** Whether the path is a socket. Java can distinguish a socket from a device or FIFO only by the mode. */
    private boolean isSocket() {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & 0170000) == 0140000;
        } catch (IOException e) {
            return false;
        }
    }
}
