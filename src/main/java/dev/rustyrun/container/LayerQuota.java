package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The size limit of a container's layer and volumes: a project quota, where the file system has them. The folder of the
 * layer has the project id as an attribute, so the id is stored nowhere else.
 */
final class LayerQuota {

    /** The lowest project id to use. Lower ids belong to administrators, or to other engines, which count from 1. */
    private static final int FIRST = 1 << 30;

    private static final int ATTEMPTS = 100;

    private final Linux linux;

    LayerQuota(Linux linux) {
        this.linux = linux;
    }

    /**
     * Limits the total size of files in the open, empty {@code folder}.
     *
     * @throws InvalidSpecException when the file system has no project quotas, or this user is not root
     */
    void limit(OpenFile folder, String path, long bytes) {
        whyNotLimitable(folder, path).ifPresent(why -> {
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
            // Another process that has taken the same id at this moment also sees two files, and tries another.
            if (linux.projectUse(fd, project).files() == 1) {
                linux.limitProject(fd, project, bytes);
                return;
            }
        }
        throw new InvalidSpecException("--storage-size: no free project was found on the file system of " + path);
    }

    /** Why the size of the open {@code folder} cannot be limited; empty if it can. */
    Optional<String> whyNotLimitable(OpenFile folder, String path) {
        if (!linux.isRoot()) {
            return Optional.of("only root can limit what a layer on disk takes");
        }
        return linux.limitsProjects(folder.descriptor())
                ? Optional.empty()
                : Optional.of(
                        "the file system of " + path + " has no project quotas (ext4 or xfs mounted with prjquota)");
    }

    /** Removes the limit of a layer that is to be removed. The project id is free when its last file is removed. */
    static void free(Linux linux, OpenFile folder) {
        try {
            int project = linux.project(folder.descriptor());
            if (project >= FIRST && linux.limitsProjects(folder.descriptor())) {
                linux.limitProject(folder.descriptor(), project, 0);
            }
        } catch (LinuxException e) {
            // The file system has no projects.
            return;
        }
    }
}
