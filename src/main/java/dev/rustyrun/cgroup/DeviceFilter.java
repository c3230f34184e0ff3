package dev.rustyrun.cgroup;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.DeviceRule;
import java.util.List;

/** Attaches a {@link DeviceProgram} to a cgroup v2 group. The kernel frees the program with the group. */
final class DeviceFilter {

    private static final String NAME = "rustyrun_dev";

    private final Linux linux;

    DeviceFilter(Linux linux) {
        this.linux = linux;
    }

    /**
     * Makes {@code rules} the only device rules of the group at {@code directory}. A previous program is replaced
     * atomically, so the group is never without rules.
     *
     * @throws CgroupException when the kernel rejects the program
     */
    void attach(String directory, List<DeviceRule> rules) {
        try (OpenFile cgroup = new OpenFile(linux, linux.open(directory, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY));
                OpenFile program = new OpenFile(linux, linux.loadDeviceProgram(DeviceProgram.compile(rules), NAME))) {
            attach(cgroup.descriptor(), program.descriptor());
        } catch (LinuxException e) {
            throw CgroupException.of(
                    "cannot limit the devices of " + directory + " (" + e.call() + ")",
                    e,
                    "cgroup v2 needs an eBPF program for it, which takes root, CAP_SYS_ADMIN or CAP_BPF, and a"
                            + " kernel with"
                            + " CONFIG_CGROUP_BPF");
        }
    }

    private void attach(int cgroup, int program) {
        int[] before = linux.devicePrograms(cgroup);
        try {
            if (before.length == 1) {
                linux.replaceDeviceProgram(cgroup, program, before[0]);
                return;
            }
            linux.attachDeviceProgram(cgroup, program);
            for (int old : before) {
                linux.detachDeviceProgram(cgroup, old);
            }
        } finally {
            for (int old : before) {
                linux.close(old);
            }
        }
    }
}
