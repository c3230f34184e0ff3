package dev.rustyrun.container.files;

import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The mounts that belong only to a container: its root, and file systems in memory that are mounted nowhere on the
 * host. Only the container itself may access mounts that it shares with the host or the kernel; this process must not,
 * because it has more rights.
 */
final class OwnMounts {

    private static final int DEVICE = 2;

    private final Linux linux;
    private final OpenFile root;

    private OwnMounts(Linux linux, OpenFile root) {
        this.linux = linux;
        this.root = root;
    }

    static OwnMounts of(Linux linux, OpenFile root) {
        return new OwnMounts(linux, root);
    }

    /** Whether {@code file} is on one of these mounts. */
    boolean have(OpenFile file) {
        FileStatus status = linux.status(file.descriptor());
        if (status.mount() == linux.status(root.descriptor()).mount()) {
            return true;
        }
        String device = status.place().deviceMajor() + ":" + status.place().deviceMinor();
        return linux.fileSystem(file.descriptor()).isInMemory()
                && !hostDevices().contains(device);
    }

    private Set<String> hostDevices() {
        return linux.readFile("/proc/self/mountinfo")
                .lines()
                .map(line -> line.split(" "))
                .filter(fields -> fields.length > DEVICE)
                .map(fields -> fields[DEVICE])
                .collect(Collectors.toSet());
    }
}
