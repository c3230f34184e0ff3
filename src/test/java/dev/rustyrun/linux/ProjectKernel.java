package dev.rustyrun.linux;

import java.util.HashMap;
import java.util.Map;

/** A fake kernel whose file system supports project quotas. It has one open directory. */
public final class ProjectKernel {

    private final Map<Integer, Long> limits = new HashMap<>();
    private final boolean enforces;
    private int project;
    private int flags;
    private int collided;
    private boolean collides;
    private boolean isKilled;

    /**
     * Makes a kernel without limits.
     *
     * @param enforces whether the file system enforces quotas
     */
    public ProjectKernel(boolean enforces) {
        this.enforces = enforces;
    }

    /** The checked calls on this kernel. */
    public Linux linux() {
        return new Linux(new LibC() {
            @Override
            public int call(String name, Object... arguments) {
                return switch (name) {
                    case "geteuid", "getuid", "close" -> 0;
                    case "ioctl" -> attributes((long) arguments[1], (Struct) arguments[2]);
                    case "quotactl_fd" ->
                        quota((long) arguments[1], ((Number) arguments[2]).intValue(), (Struct) arguments[3]);
                    default -> throw new IllegalStateException(name);
                };
            }

            @Override
            public boolean has(String name) {
                return true;
            }
        });
    }

    private int attributes(long request, Struct attributes) {
        if (request == Ioctl.FS_IOC_FSGETXATTR) {
            attributes.putInt(0, flags).putInt(QuotaCalls.FSX_PROJECT_AT, project);
        } else {
            flags = attributes.getInt(0);
            project = attributes.getInt(QuotaCalls.FSX_PROJECT_AT);
        }
        return 0;
    }

    private int quota(long command, int id, Struct of) {
        if (command == QuotaCalls.STATE) {
            of.putInt(0, enforces ? QuotaCalls.PROJECTS_ENFORCED << 16 : 0);
            return enforces ? 0 : -Errno.ENOSYS;
        }
        if (command == QuotaCalls.GET) {
            long files = id == project ? 1 : 0;
            if (files > 0 && collides) {
                collides = false;
                collided = project;
                files++;
            }
            of.putLong(QuotaCalls.DQBLK_FILES_AT, files).putLong(0, limits.getOrDefault(id, 0L));
            return files == 0 && !limits.containsKey(id) ? -Errno.ENOENT : 0;
        }
        if (isKilled) {
            return -Errno.EIO;
        }
        limits.put(id, of.getLong(0));
        limits.values().removeIf(limit -> limit == 0);
        return 0;
    }

    /** Makes another directory get the next project id at the same moment. */
    public ProjectKernel colliding() {
        collides = true;
        return this;
    }

    /** Makes every later call that sets a limit fail, as if the process were killed before it. */
    public ProjectKernel failing() {
        isKilled = true;
        return this;
    }

    /** The project id that another directory got as well. */
    public int collided() {
        return collided;
    }

    /** The directory's project id. */
    public int project() {
        return project;
    }

    /** Whether new files in the directory inherit its project id. */
    public boolean inherits() {
        return (flags & QuotaCalls.FSX_PROJINHERIT) != 0;
    }

    /** The limits in kibibytes by project id. */
    public Map<Integer, Long> limits() {
        return limits;
    }
}
