package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The limit of what is in a container's layer and volumes: a project of their own with a quota, where the file system has that. The
 * folder of the layer says which project it is, so nothing else need be written down.
 */
final class LayerQuota {

    /** Projects below are an administrator's, or other engines', which count them from 1 on. */
    private static final int FIRST = 1 << 30;

    private static final int ATTEMPTS = 100;

    private final Linux linux;

    LayerQuota(Linux linux) {
        this.linux = linux;
    }

    /**
     * Limits what will be in the open, empty {@code folder}.
     *
     * @throws InvalidSpecException when its file system cannot
     */
    void limit(OpenFile folder, String path, long bytes) {
        unlimited(folder, path).ifPresent(why -> {
            throw new InvalidSpecException(
                    "--storage-size: " + why + "; --ephemeral=SIZE limits what is written, in memory");
        });
        int fd = folder.descriptor();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int project = FIRST + ThreadLocalRandom.current().nextInt(FIRST);
            if (!linux.projectUse(fd, project).isNone()) {
                continue;
            }
            linux.setProject(fd, project);
            // Another that has found the same one free at this moment sees that too, and takes another.
            if (linux.projectUse(fd, project).files() == 1) {
                linux.limitProject(fd, project, bytes);
                return;
            }
        }
        throw new InvalidSpecException("--storage-size: no free project was found on the file system of " + path);
    }

    /** Why nothing in the open {@code folder} can be limited, if so. */
    Optional<String> unlimited(OpenFile folder, String path) {
        if (!linux.isRoot()) {
            return Optional.of("only root can limit what a layer on disk takes");
        }
        return linux.limitsProjects(folder.descriptor())
                ? Optional.empty()
                : Optional.of(
                        "the file system of " + path + " has no project quotas (ext4 or xfs mounted with prjquota)");
    }

    /** Takes the limit from the folder of a layer that is to be removed: with its last file, the project is free. */
    static void free(Linux linux, OpenFile folder) {
        try {
            int project = linux.project(folder.descriptor());
            if (project >= FIRST && linux.limitsProjects(folder.descriptor())) {
                linux.limitProject(folder.descriptor(), project, 0);
            }
        } catch (LinuxException e) {
            // A file system without projects.
            return;
        }
    }
}
