package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import java.util.List;

/** Writes settings to a group's files, and explains failures. */
final class SettingWriter {

    /** The directories of the controllers. */
    interface Directories {
        String of(String controller);
    }

    private final ControlFiles files;
    private final Directories directories;

    SettingWriter(ControlFiles files, Directories directories) {
        this.files = files;
        this.directories = directories;
    }

    /** Writes all settings, in order. */
    void write(List<Setting> settings) {
        for (int i = 0; i < settings.size(); i++) {
            Setting setting = settings.get(i);
            if (setting.kind() == Setting.Kind.EITHER_ORDER) {
                inEitherOrder(setting, settings.get(++i));
            } else {
                write(setting);
            }
        }
    }

    private void inEitherOrder(Setting first, Setting second) {
        try {
            put(first);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw explained(first, e);
            }
            write(second);
            write(first);
            return;
        }
        write(second);
    }

    private void write(Setting setting) {
        try {
            put(setting);
        } catch (LinuxException e) {
            if (setting.kind() != Setting.Kind.IF_THERE || e.errno() != Errno.ENOENT) {
                throw explained(setting, e);
            }
        }
    }

    private void put(Setting setting) {
        if (setting.kind() == Setting.Kind.IMPOSSIBLE) {
            throw new CgroupException(setting.value() + ", and here the controller is not v1's");
        }
        files.write(directories.of(setting.controller()) + "/" + setting.file(), setting.value());
    }

    private CgroupException explained(Setting setting, LinuxException e) {
        return CgroupException.of(
                "cannot set " + setting.file() + " to \"" + setting.value() + "\" in "
                        + directories.of(setting.controller()),
                e,
                hint(setting, e.errno()));
    }

    private static String hint(Setting setting, int errno) {
        return switch (errno) {
            case Errno.ENOENT ->
                setting.file().contains("memsw") || setting.file().contains("swap")
                        ? "this kernel does not count swap (boot it with swapaccount=1)"
                        : "this kernel does not support this limit";
            case Errno.EBUSY ->
                setting.controller().equals("memory") ? "the container already uses more than that" : "it is in use";
            case Errno.EINVAL, Errno.ERANGE -> hintForValue(setting);
            case Errno.ENODEV, Errno.ENXIO -> "no such device";
            case Errno.EOPNOTSUPP -> "the device's driver or I/O scheduler does not support this limit";
            default -> "";
        };
    }

    private static String hintForValue(Setting setting) {
        if (setting.file().contains("memsw")) {
            return "the limit of memory and swap together must not be lower than that of memory alone";
        }
        if (setting.file().equals("memory.limit_in_bytes")) {
            return "the memory limit must not be higher than the limit of memory and swap together";
        }
        return switch (setting.controller()) {
            case "cpuset" -> "do this machine and the parent group have these?";
            case "cpu" -> "the parent group does not allow that much, or the kernel rejects the value";
            default -> "the kernel rejects the value";
        };
    }
}
