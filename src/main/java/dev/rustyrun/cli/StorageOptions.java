package dev.rustyrun.cli;

import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of a launch that say what the container sees of files and devices. */
final class StorageOptions {

    @Option(names = "--read-only", description = "Mount the rootfs read-only.")
    private boolean readOnly;

    @Option(
            names = "--ephemeral",
            arity = "0..1",
            paramLabel = "SIZE",
            fallbackValue = "",
            preprocessor = SizeIfThere.class,
            description =
                    "Leave the rootfs as it is: what the container writes goes to memory, at most SIZE of it, and is"
                            + " thrown away. Implied by --rootfs /, the host's own tree.")
    private String ephemeral;

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "SRC:DST[:ro]",
            description = "Show a host file or directory inside; repeatable.")
    private List<String> volumes = List.of();

    @Option(
            names = "--mount",
            paramLabel = "type=bind,source=SRC,target=DST[,ro]",
            description = "The same in long form, type bind or tmpfs; repeatable.")
    private List<String> mounts = List.of();

    @Option(names = "--tmpfs", paramLabel = "DST[:OPTIONS]", description = "An empty tmpfs inside; repeatable.")
    private List<String> tmpfs = List.of();

    @Option(names = "--shm-size", paramLabel = "SIZE", description = "The size of /dev/shm (default: 64m).")
    private String shmSize;

    @Option(names = "--device", paramLabel = "SRC[:DST]", description = "A host device to use inside; repeatable.")
    private List<String> devices = List.of();

    @Option(names = "--mask", paramLabel = "PATH", description = "Hide a file or directory inside; repeatable.")
    private List<String> masked = List.of();

    @Option(
            names = "--unmask",
            paramLabel = "PATH|all",
            description = "Do not hide, nor make read-only, what is by default; repeatable.")
    private List<String> unmasked = List.of();

    /** Whether files of the host are shown inside, which may be all that the container needs. */
    boolean bringsFiles() {
        return !volumes.isEmpty() || !mounts.isEmpty();
    }

    /** Whether the rootfs is to stay as it is. */
    boolean isEphemeral() {
        return ephemeral != null;
    }

    /** Adds what was asked for to {@code spec}. */
    void addTo(SpecBuilder spec, Linux linux, boolean wholeHost) {
        spec.readonly(readOnly);
        if (ephemeral != null || wholeHost) {
            String size = ephemeral == null ? "" : ephemeral;
            if (!size.isEmpty() && !size.matches(SizeIfThere.SIZE)) {
                throw new InvalidSpecException("--ephemeral \"" + size + "\" is not a size such as 64m");
            }
            spec.annotation(Spec.EPHEMERAL_ANNOTATION, size.isEmpty() ? "" : "size=" + size);
        }
        if (shmSize != null) {
            spec.mount(sharedMemory(LimitOptions.size("--shm-size", shmSize)));
        }
        mounts.forEach(text -> spec.mount(MountWords.mount(text)));
        volumes.forEach(text -> spec.mount(MountWords.volume(text)));
        tmpfs.forEach(text -> spec.mount(MountWords.tmpfs(text)));
        devices.forEach(text -> spec.device(device(linux, text)));
        spec.protectedPaths(
                protectedPaths(SpecDefaults.MASKED_PATHS, masked),
                protectedPaths(SpecDefaults.READONLY_PATHS, List.of()));
    }

    private Spec.Mount sharedMemory(long size) {
        if (size <= 0) {
            throw new InvalidSpecException("--shm-size \"" + shmSize + "\" is not a size such as 64m");
        }
        return new Spec.Mount(
                "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + size));
    }

    private List<String> protectedPaths(List<String> defaults, List<String> further) {
        List<String> paths = new ArrayList<>(unmasked.contains("all") ? List.of() : defaults);
        paths.removeAll(unmasked);
        paths.addAll(further);
        return paths;
    }

    private static LinuxSpec.Device device(Linux linux, String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty()) {
            throw new InvalidSpecException("device \"" + text + "\" is not SOURCE or SOURCE:TARGET");
        }
        try {
            FileStatus status = linux.status(parts[0]);
            if (!status.isDevice()) {
                throw new InvalidSpecException("device " + parts[0] + " is not a device");
            }
            return new LinuxSpec.Device(
                    parts[parts.length - 1],
                    status.isBlockDevice() ? "b" : "c",
                    status.major(),
                    status.minor(),
                    status.permissions(),
                    status.uid(),
                    status.gid());
        } catch (LinuxException e) {
            throw new InvalidSpecException("device " + parts[0] + " cannot be used: " + e.getMessage());
        }
    }
}
