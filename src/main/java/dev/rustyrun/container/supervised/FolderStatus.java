package dev.rustyrun.container.supervised;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.stage.StageSpawner;
import java.io.File;
import java.nio.file.Files;
import java.util.Optional;

/** Determines the status of a container from the files in its folder and from its monitor. */
final class FolderStatus {

    private FolderStatus() {}

    /** The status of {@code folder}'s container; does not distinguish {@link ContainerStatus#PAUSED} from running. */
    static ContainerStatus of(Linux linux, ContainerFolder folder) {
        if (folder.damage().isPresent()) {
            return ContainerStatus.BROKEN;
        }
        if (folder.result().isPresent()) {
            return ContainerStatus.EXITED;
        }
        var started = folder.started();
        if (started.isEmpty()) {
            // A deleted container counts as ended.
            return Files.exists(folder.path()) ? ContainerStatus.CREATED : ContainerStatus.EXITED;
        }
        if (isMonitor(linux, started.get().path("monitor").asInt(), folder)) {
            return ContainerStatus.RUNNING;
        }
        return folder.result().isEmpty() && Files.exists(folder.path()) ? ContainerStatus.LOST : ContainerStatus.EXITED;
    }

    /** The monitor of {@code folder}'s container, found by its command line; empty if it does not run. */
    static Optional<Integer> monitor(Linux linux, ContainerFolder folder) {
        String[] names = new File("/proc").list();
        for (String name : names == null ? new String[0] : names) {
            if (name.matches("[1-9][0-9]{0,8}") && isMonitor(linux, Integer.parseInt(name), folder)) {
                return Optional.of(Integer.parseInt(name));
            }
        }
        return Optional.empty();
    }

    /** Whether {@code pid} is the monitor: only its command line names the folder. */
    private static boolean isMonitor(Linux linux, int pid, ContainerFolder folder) {
        try {
            // Another user's process can have the same command line, so the user is checked too.
            return linux.readFile("/proc/" + pid + "/cmdline")
                            .endsWith("\0" + StageSpawner.MONITOR + "\0" + folder.path() + "\0")
                    && linux.status("/proc/" + pid).uid() == linux.userId();
        } catch (LinuxException e) {
            return false;
        }
    }
}
