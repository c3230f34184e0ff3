package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.file.Files;

/** How far a container has come. */
enum ContainerStatus {
    /** It has not been started. */
    CREATED,
    /** It is being made, or runs. */
    RUNNING,
    /** It runs, but is frozen. */
    PAUSED,
    /** It has ended. */
    EXITED,
    /** It was started, but what watched it is gone and could not write down how it ended. */
    LOST;

    /** Its name in JSON. */
    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether it has been started and has not ended. */
    boolean isAlive() {
        return this == RUNNING || this == PAUSED;
    }

    /** The status of {@code folder}'s container; {@link #PAUSED} is not told from running. */
    static ContainerStatus of(Linux linux, ContainerFolder folder) {
        if (folder.result().isPresent()) {
            return EXITED;
        }
        var started = folder.started();
        if (started.isEmpty()) {
            return CREATED;
        }
        if (watches(linux, started.get().path("monitor").asInt(), folder)) {
            return RUNNING;
        }
        return folder.result().isPresent() ? EXITED : Files.exists(folder.path()) ? LOST : EXITED;
    }

    /** Whether {@code pid} is still the monitor: its command line names the folder, which is nobody else's. */
    private static boolean watches(Linux linux, int pid, ContainerFolder folder) {
        try {
            return linux.readFile("/proc/" + pid + "/cmdline")
                    .contains(folder.path().toString());
        } catch (LinuxException e) {
            return false;
        }
    }
}
