package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.RootVisitor;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.OutputFile;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The input files of a launch, written before its command runs, and its output files, read after its end. For use by
 * one thread at a time.
 */
public final class LaunchFiles implements RootVisitor, AutoCloseable {

    private static final int DIRECTORY_MODE = 0755;

    private final Linux linux;
    private final List<Placed> files;
    private final List<String> patterns;
    private final LaunchedWith launched;
    private final Spec.Process process;
    private final List<OpenFile> held = new ArrayList<>();

    /**
     * An input file.
     *
     * @param path an absolute path, or one relative to the working directory
     * @param field the field of the request that names the file
     */
    public record Placed(String path, byte[] bytes, int mode, String field) {}

    /**
     * @param patterns the output files: paths with {@code *} and {@code ?} in their names
     * @param memory the container's memory limit in bytes @param sources host paths that are mounted in the container
     */
    public LaunchFiles(
            Linux linux, List<Placed> files, List<String> patterns, Spec spec, long memory, List<String> sources) {
        this.linux = linux;
        this.files = List.copyOf(files);
        this.patterns = List.copyOf(patterns);
        this.process = spec.process();
        this.launched = new LaunchedWith("", false, true, OptionalLong.of(memory), sources, false);
    }

    @Override
    public void enter(OpenFile root, OpenFile mounts, ContainerIds ids) {
        held.add(root);
        held.add(mounts);
        try (ContainerIds.Acting acting = ids.actAsRoot(linux)) {
            for (Placed file : files) {
                try {
                    write(root, file, ids);
                } catch (LinuxException e) {
                    throw refused(file, "cannot be written: " + Errno.describe(e.errno()));
                }
            }
        }
    }

    private static ContainerException refused(Placed file, String why) {
        return ContainerException.invalid(file.field(), "file " + Printable.quoted(file.path()) + " " + why);
    }

    private void write(OpenFile root, Placed file, ContainerIds ids) {
        List<String> path = ContainerPath.of(file.path(), process.cwd())
                .orElseThrow(() -> refused(file, "is not the path of a file: it has no file name, or contains .."));
        int user = (int) ids.userOutside(Integer.toUnsignedLong(process.user().uid()))
                .orElseThrow(() -> refused(file, "would belong to a user id that is not mapped in the container"));
        int group = (int) ids.groupOutside(Integer.toUnsignedLong(process.user().gid()))
                .orElseThrow(() -> refused(file, "would belong to a group id that is not mapped in the container"));
        String name = path.get(path.size() - 1);
        try (OpenFile directory = directory(root, path.subList(0, path.size() - 1), user, group)) {
            if (!OwnMounts.of(linux, root).have(directory)) {
                throw refused(file, "is on a mount of the host or a kernel file system");
            }
            RoomGuard.of(linux, launched, root, directory).check(file.bytes().length);
            linux.removeFile(directory.descriptor(), name);
            try (OpenFile made = new OpenFile(linux, linux.createNew(directory.descriptor(), name, 0600))) {
                linux.writeAll(made.descriptor(), file.bytes());
                linux.changeOwner(made.descriptor(), user, group);
                linux.changeMode(made.descriptor(), file.mode());
            }
        }
    }

    /** Opens a directory by the path that the container sees; missing ones are made and given to the user. */
    private OpenFile directory(OpenFile root, List<String> path, int user, int group) {
        OpenFile current =
                new OpenFile(linux, linux.openInRoot(root.descriptor(), "/", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        StringBuilder whole = new StringBuilder();
        for (String name : path) {
            whole.append('/').append(name);
            try (OpenFile parent = current) {
                current = find(root, whole.toString()).orElseGet(() -> make(root, parent, name, user, group));
            }
        }
        return current;
    }

    private Optional<OpenFile> find(OpenFile root, String path) {
        try {
            int found = linux.openInRoot(root.descriptor(), path, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
            return Optional.of(new OpenFile(linux, found));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private OpenFile make(OpenFile root, OpenFile parent, String name, int user, int group) {
        if (!OwnMounts.of(linux, root).have(parent)) {
            throw ContainerException.invalid(
                    "files", "directory " + Printable.quoted(name) + " would be on a mount of the host");
        }
        linux.makeDirectory(parent.descriptor(), name, DIRECTORY_MODE);
        OpenFile made = new OpenFile(
                linux, linux.openWithoutLinks(parent.descriptor(), name, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY));
        linux.changeOwner(made.descriptor(), user, group);
        linux.changeMode(made.descriptor(), DIRECTORY_MODE);
        return made;
    }

    /**
     * The output files; the launch must have ended.
     *
     * @param most the maximum total size in bytes
     * @param room the memory in which they are held
     */
    public List<OutputFile> outputs(long most, Room room) {
        if (held.isEmpty()) {
            return List.of();
        }
        OutputReader reader = new OutputReader(linux, held.get(0), most, room);
        for (String pattern : patterns) {
            reader.read(pattern, process.cwd());
        }
        return reader.found();
    }

    /** A budget of memory for outputs. */
    public interface Room {
        /** Reserves this many bytes; false if they are not available. */
        boolean take(long bytes);
    }

    @Override
    public void close() {
        held.forEach(OpenFile::close);
        held.clear();
    }
}
