package dev.rustyrun.http;

import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.file.Files;
import java.util.Optional;

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
    LOST,
    /** What is kept about it is damaged: nobody knows how far it has come. */
    BROKEN;

    /** Its name in JSON. */
    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether it has been started and has not ended. */
    boolean isAlive() {
        return this == RUNNING || this == PAUSED;
    }

    /** Whether it will not run, or not run again. */
    boolean hasEnded() {
        return !isAlive() && this != CREATED;
    }

    /** The status of {@code folder}'s container; {@link #PAUSED} is not told from running. */
    static ContainerStatus of(Linux linux, ContainerFolder folder) {
        if (folder.damage().isPresent()) {
            return BROKEN;
        }
        if (folder.result().isPresent()) {
            return EXITED;
        }
        var started = folder.started();
        if (started.isEmpty()) {
            // One that has been deleted will not run.
            return Files.exists(folder.path()) ? CREATED : EXITED;
        }
        if (watches(linux, started.get().path("monitor").asInt(), folder)) {
            return RUNNING;
        }
        return folder.result().isPresent() ? EXITED : Files.exists(folder.path()) ? LOST : EXITED;
    }

    /** The process that watches {@code folder}'s container, by its command line; nothing when there is none. */
    static Optional<Integer> monitor(Linux linux, ContainerFolder folder) {
        String[] names = new java.io.File("/proc").list();
        for (String name : names == null ? new String[0] : names) {
            if (name.matches("[1-9][0-9]{0,8}") && isMonitor(linux, Integer.parseInt(name), folder)) {
                return Optional.of(Integer.parseInt(name));
            }
        }
        return Optional.empty();
    }

    private static boolean isMonitor(Linux linux, int pid, ContainerFolder folder) {
        try {
            // A caller's own words can be the same: only what runs as we do counts.
            return linux.readFile("/proc/" + pid + "/cmdline")
                            .endsWith("\0" + StageSpawner.MONITOR + "\0" + folder.path() + "\0")
                    && linux.status("/proc/" + pid).uid() == linux.userId();
        } catch (LinuxException e) {
            return false;
        }
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
