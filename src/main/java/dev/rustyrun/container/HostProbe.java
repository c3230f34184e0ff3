package dev.rustyrun.container;

import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.SeccompFilter;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import java.util.List;

/** Finds out what the host can do for a container, as far as its plan depends on it. */
final class HostProbe {

    private final Linux linux;
    private final SelfExec self;

    HostProbe(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
    }

    /**
     * The facts for {@code spec}.
     *
     * @param cgroupFiles the files through which its cgroup is entered, if it has one
     * @param limitsDevices whether that limits which devices can be opened
     */
    HostFacts factsFor(Spec spec, HostFacts.Leftovers leftovers, List<String> cgroupFiles,
            boolean limitsDevices, SeccompFilter filter) {
        boolean userNamespace = spec.linux().has(NamespaceType.USER);
        boolean mapsOnlyOne = spec.linux().isNew(NamespaceType.USER) && !linux.isRoot()
                && spec.linux().gidMappings().size() == 1;
        boolean showsCgroups = spec.mounts().stream().anyMatch(mount -> mount.type().equals("cgroup"));
        return new HostFacts(self.program(), leftovers, cgroupFiles, limitsDevices || userNamespace,
                !mapsOnlyOne, !userNamespace, filter,
                showsCgroups ? CgroupHierarchies.mounted(linux.readFile("/proc/self/mountinfo")) : List.of());
    }
}
