package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/**
 * Project quotas: limits of the disk space of a project's files; man 2 quotactl, man 2 ioctl_fsgetxattr. Each file
 * belongs to one project, most files to project 0.
 */
public interface QuotaCalls extends KernelCalls {

    /**
     * Usage and limit of a project.
     *
     * @param files number of inodes
     * @param bytes bytes in use
     * @param most maximum number of bytes; 0 for no limit
     */
    record ProjectUse(long files, long bytes, long most) {

        /** Whether the project is unused. */
        public boolean isNone() {
            return files == 0 && bytes == 0 && most == 0;
        }
    }

    /** {@code struct fsxattr}. */
    int FSXATTR = 28;

    int FSX_PROJECT_AT = 12;
    int FSX_PROJINHERIT = 0x200;

    /** {@code struct fs_quota_stat}. */
    int QUOTA_STATE = 128;

    int STATE_FLAGS_AT = 2;
    int PROJECTS_ENFORCED = 1 << 5;

    /** {@code struct if_dqblk}. */
    int DQBLK = 72;

    int DQBLK_BYTES_AT = 16;
    int DQBLK_FILES_AT = 40;
    int DQBLK_VALID_AT = 64;
    int BLOCK_LIMITS = 1;
    int LIMIT_UNIT = 1024;

    /** {@code QCMD(CMD, PRJQUOTA)}. */
    long STATE = 0x5805L << 8 | 2;

    long GET = 0x800007L << 8 | 2;
    long SET = 0x800008L << 8 | 2;

    /** The project id of the open file {@code fd}. */
    default int project(int fd) {
        return attributes(fd).getInt(FSX_PROJECT_AT);
    }

    private Struct attributes(int fd) {
        Struct attributes = new Struct(FSXATTR);
        check(libc().call("ioctl", fd, Ioctl.FS_IOC_FSGETXATTR, attributes), "ioctl FS_IOC_FSGETXATTR", fd);
        return attributes;
    }

    /** Assigns the open directory {@code fd}, and everything that is created in it, to {@code project}. */
    default void setProject(int fd, int project) {
        Struct attributes = attributes(fd);
        attributes.putInt(0, attributes.getInt(0) | FSX_PROJINHERIT).putInt(FSX_PROJECT_AT, project);
        check(libc().call("ioctl", fd, Ioctl.FS_IOC_FSSETXATTR, attributes), "ioctl FS_IOC_FSSETXATTR", fd, project);
    }

    /** Whether the file system of {@code fd} enforces project quotas. */
    default boolean limitsProjects(int fd) {
        Struct state = new Struct(QUOTA_STATE);
        return libc().call("quotactl_fd", fd, STATE, 0, state) >= 0
                && (state.getInt(0) >>> (STATE_FLAGS_AT * Byte.SIZE) & PROJECTS_ENFORCED) != 0;
    }

    /** The usage of {@code project} in the file system of {@code fd}. */
    default ProjectUse projectUse(int fd, int project) {
        Struct use = new Struct(DQBLK);
        int result = libc().call("quotactl_fd", fd, GET, project, use);
        if (result == -Errno.ENOENT || result == -Errno.ESRCH) {
            return new ProjectUse(0, 0, 0);
        }
        check(result, "quotactl_fd Q_GETQUOTA", fd, project);
        return new ProjectUse(use.getLong(DQBLK_FILES_AT), use.getLong(DQBLK_BYTES_AT), use.getLong(0) * LIMIT_UNIT);
    }

    /** Limits the files of {@code project} to {@code bytes} in the file system of {@code fd}; 0 for no limit. */
    default void limitProject(int fd, int project, long bytes) {
        Struct limits = new Struct(DQBLK)
                .putLong(0, bytes / LIMIT_UNIT + (bytes % LIMIT_UNIT > 0 ? 1 : 0))
                .putInt(DQBLK_VALID_AT, BLOCK_LIMITS);
        check(libc().call("quotactl_fd", fd, SET, project, limits), "quotactl_fd Q_SETQUOTA", fd, project, bytes);
    }
}
