package dev.rustyrun.engine;

import dev.rustyrun.container.files.HostFiles;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Copies files between containers and this machine, with the arguments of {@code docker cp}. */
public final class FileCopy {

    private static final String STREAM = "-";
    private static final String CONTENTS = "/.";
    private static final String UP = "..";
    /** The first entry's name in the tar stream of a directory. */
    private static final String DIRECTORY = "./";

    private static final int TAR_BLOCK = 512;
    private static final int TAR_NAME = 100;

    private static final int PIECE = 32 * 1024;

    private final EngineContext context;

    /** Creates a copier that uses {@code context}'s engine. */
    public FileCopy(EngineContext context) {
        this.context = context;
    }

    /** A source or target: in a container if it has an id. */
    private record Place(Optional<String> id, String path) {

        static Place of(String word) {
            int colon = word.indexOf(':');
            // Like scp: an argument with a slash before the colon is a local path.
            boolean isInside = colon > 0 && word.lastIndexOf('/', colon) < 0;
            return isInside
                    ? new Place(Optional.of(word.substring(0, colon)), absolute(word.substring(colon + 1)))
                    : new Place(Optional.empty(), word);
        }

        private static String absolute(String path) {
            return path.startsWith("/") ? path : "/" + path;
        }

        boolean isStream() {
            return id.isEmpty() && path.equals(STREAM);
        }

        boolean isContents() {
            return path.endsWith(CONTENTS) || path.equals(".");
        }

        /** The last name of the path; empty for a path that ends with {@code ..}. */
        String name() {
            Path last = Path.of(path).normalize().getFileName();
            return last == null || last.toString().equals(UP) ? "" : last.toString();
        }

        /** The parent directory. */
        String parent() {
            String stripped = path.replaceFirst("/+$", "");
            int slash = stripped.lastIndexOf('/');
            return slash < 0 ? "." : slash == 0 ? "/" : stripped.substring(0, slash);
        }
    }

    /**
     * Copies from {@code source} to {@code target}. One of them is {@code ID:PATH}, the other a local path, or {@code
     * -} for a tar stream.
     *
     * @throws InvalidSpecException when the copy fails
     */
    public void copy(String source, String target) {
        Place from = Place.of(source);
        Place to = Place.of(target);
        if (from.id().isPresent() == to.id().isPresent()) {
            throw new InvalidSpecException("cp copies between a container and this machine: exactly one of \"" + source
                    + "\" and \"" + target + "\" must be ID:PATH");
        }
        try {
            if (from.id().isPresent()) {
                copyOut(from, to);
            } else {
                copyIn(from, to);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidSpecException(source + " cannot be copied to " + target + ": " + reason(e));
        }
    }

    private static String reason(Exception e) {
        if (e instanceof UncheckedIOException wrapped) {
            return reason(wrapped.getCause());
        }
        if (e instanceof NoSuchFileException) {
            return "no such file: " + e.getMessage();
        }
        return e instanceof AccessDeniedException ? "no access to " + e.getMessage() : e.getMessage();
    }

    private void copyOut(Place from, Place to) throws IOException {
        try (BufferedInputStream tar =
                new BufferedInputStream(context.engine().read(from.id().orElseThrow(), from.path()), 2 * TAR_BLOCK)) {
            if (to.isStream()) {
                byte[] piece = new byte[PIECE];
                for (int got = tar.read(piece); got >= 0; got = tar.read(piece)) {
                    context.print(1, Arrays.copyOf(piece, got));
                }
                return;
            }
            Path target = Path.of(to.path());
            boolean isThere = Files.isDirectory(target);
            HostFiles files = context.hostFiles();
            if (beginsWithDirectory(tar)) {
                boolean within = isThere && !from.isContents() && !from.name().isEmpty();
                if (isThere) {
                    files.unpack(tar, to.path(), Optional.of(from.name()).filter(name -> within), Optional.empty());
                } else {
                    files.unpack(tar, existing(to).toString(), Optional.of(to.name()), Optional.empty());
                }
                return;
            }
            if (isThere) {
                files.unpack(tar, to.path(), Optional.empty(), Optional.of(from.name()));
                return;
            }
            if (to.path().endsWith("/")) {
                throw new IOException("no such directory: " + to.path());
            }
            // Like docker: a symbolic link named by the user is followed.
            Path file =
                    Files.exists(target) ? target.toRealPath() : existing(to).resolve(to.name());
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(to.path() + " is not a regular file");
            }
            files.unpack(
                    tar,
                    file.getParent().toString(),
                    Optional.empty(),
                    Optional.of(file.getFileName().toString()));
        }
    }

    /** The parent directory of {@code place}, which must exist. */
    private static Path existing(Place place) throws IOException {
        Path parent = Path.of(place.parent()).toAbsolutePath();
        if (!Files.isDirectory(parent)) {
            throw new IOException("no such directory: " + place.parent());
        }
        return parent;
    }

    private void copyIn(Place from, Place to) throws IOException {
        Engine engine = context.engine();
        String id = to.id().orElseThrow();
        if (from.isStream()) {
            engine.write(id, to.path(), new FileInputStream(FileDescriptor.in));
            return;
        }
        Path path = Path.of(from.path());
        if (from.path().isEmpty()) {
            throw new IOException("its path is empty");
        }
        if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
            throw new IOException(
                    Files.exists(path) ? "it is neither a directory nor a file" : "no such file: " + from.path());
        }
        HostFiles files = context.hostFiles();
        boolean isThere = isDirectory(engine, id, to.path());
        if (!isThere && to.path().endsWith("/") && !Files.isDirectory(path)) {
            throw new IOException("no such directory: " + to.path() + " in the container");
        }
        boolean contents = from.isContents() && Files.isDirectory(path);
        String base = isThere ? to.path() : to.parent();
        Path real = path.toRealPath();
        String own = from.name().isEmpty() && real.getFileName() != null
                ? real.getFileName().toString()
                : from.name();
        Optional<String> name =
                isThere ? Optional.of(own).filter(last -> !contents && !last.isEmpty()) : Optional.of(to.name());
        try (TarPipe tar = TarPipe.from(out -> files.pack(real.toString(), name, out))) {
            try {
                engine.write(id, base, tar);
            } catch (InvalidSpecException e) {
                throw tar.failure()
                        .<RuntimeException>map(InvalidSpecException::new)
                        .orElse(e);
            }
        }
    }

    private static boolean isDirectory(Engine engine, String id, String path) throws IOException {
        try (BufferedInputStream tar = new BufferedInputStream(engine.read(id, path), 2 * TAR_BLOCK)) {
            return beginsWithDirectory(tar);
        } catch (InvalidSpecException e) {
            // The write that follows reports any error.
            return false;
        }
    }

    private static boolean beginsWithDirectory(BufferedInputStream tar) throws IOException {
        tar.mark(TAR_BLOCK);
        byte[] name = tar.readNBytes(TAR_NAME);
        tar.reset();
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return new String(name, 0, end, StandardCharsets.UTF_8).equals(DIRECTORY);
    }
}
