package dev.rustyrun.container;

import dev.rustyrun.linux.KernelVersion;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.step.SeccompFilter;
import java.util.List;

/** Finds out the properties of the host on which a container's plan depends. */
final class HostProbe {

    private final Linux linux;
    private final SelfExec self;
    private final OwnCapabilities own;

    HostProbe(Linux linux, SelfExec self) {
        this.linux = linux;
        this.self = self;
        this.own = OwnCapabilities.of(linux);
    }

    /** The capabilities that can be granted. */
    OwnCapabilities own() {
        return own;
    }

    /** The system call filter of {@code spec}, compiled or taken from the cache in {@code store}. */
    SeccompFilter filterFor(Spec spec, ContainerStore store) {
        SeccompSetting setting = spec.linux().seccomp();
        if (setting instanceof SeccompSetting.Unconfined) {
            return SeccompFilter.NONE;
        }
        return store.filters()
                .program(setting, spec.process().capabilities().bounding())
                .map(program -> new SeccompFilter(program.instructions(), program.flags()))
                .orElse(SeccompFilter.NONE);
    }

    /**
     * The facts for an exec in a container.
     *
     * @param readOnly whether the stages already run from a read-only mount of the program
     * @param mayMapGroups whether setgroups(2) is allowed in the container
     */
    HostFacts factsForExec(boolean readOnly, List<String> cgroupFiles, boolean mayMapGroups, SeccompFilter filter) {
        return new HostFacts(
                readOnly ? "" : self.program(),
                HostFacts.Cleanup.NONE,
                cgroupFiles,
                false,
                mayMapGroups,
                false,
                filter,
                List.of(),
                true);
    }

    /**
     * The facts for {@code spec}.
     *
     * @param cgroupFiles the files through which the container's cgroup is entered; empty if it has none
     * @param limitsDevices whether the cgroup restricts which devices can be opened
     */
    HostFacts factsFor(
            Spec spec,
            HostFacts.Cleanup cleanup,
            List<String> cgroupFiles,
            boolean limitsDevices,
            SeccompFilter filter) {
        boolean userNamespace = spec.linux().has(NamespaceType.USER);
        boolean mapsOnlyOne = spec.linux().isNew(NamespaceType.USER)
                && !linux.isRoot()
                && spec.linux().gidMappings().size() == 1;
        boolean showsCgroups =
                spec.mounts().stream().anyMatch(mount -> mount.type().equals("cgroup"));
        return new HostFacts(
                self.program(),
                cleanup,
                cgroupFiles,
                limitsDevices || userNamespace,
                !mapsOnlyOne,
                !userNamespace && own.all().contains(Capability.CAP_MKNOD),
                filter,
                showsCgroups ? CgroupHierarchies.mounted(linux.readFile("/proc/self/mountinfo")) : List.of(),
                joinsPids(spec.linux()) && mayAppear(spec));
    }

    private static boolean joinsPids(LinuxSpec wanted) {
        return wanted.isJoined(NamespaceType.PID);
    }

    private boolean mayAppear(Spec spec) {
        boolean mountsProc =
                spec.mounts().stream().anyMatch(mount -> mount.type().equals("proc"));
        return SelfExec.isNativeImage()
                && (!mountsProc
                        || KernelVersion.parse(linux.readFile(KernelVersion.RUNNING))
                                .atLeast(6, 18));
    }
}
