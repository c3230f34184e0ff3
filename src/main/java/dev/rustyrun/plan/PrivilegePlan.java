package dev.rustyrun.plan;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.Set;

/** The part of a plan that takes away what the command may not do, in the order in which it can still be taken. */
final class PrivilegePlan {

    private final Spec spec;
    private final HostFacts host;

    PrivilegePlan(Spec spec, HostFacts host) {
        this.spec = spec;
        this.host = host;
    }

    void addTo(List<Step> steps) {
        Spec.Process process = spec.process();
        Spec.Capabilities sets = process.capabilities();
        for (Spec.Rlimit rlimit : process.rlimits()) {
            steps.add(new PrivilegeStep.SetRlimit(rlimit.type().ordinal(), rlimit.type().name(), rlimit.soft(),
                    rlimit.hard()));
        }
        steps.add(new PrivilegeStep.LimitCapabilities(Capability.bits(sets.bounding())));
        Spec.User user = process.user();
        steps.add(new PrivilegeStep.SetUser(user.uid(), user.gid(), user.additionalGids(), host.mayMapGroups(),
                user.umask()));
        boolean filtered = host.seccomp().instructions() > 0;
        if (filtered && !process.noNewPrivileges()) {
            // Without no_new_privs only CAP_SYS_ADMIN may install a filter: it goes right afterwards.
            long admin = Capability.bits(Set.of(Capability.CAP_SYS_ADMIN));
            steps.add(new PrivilegeStep.SetCapabilities(Capability.bits(sets.effective()) | admin,
                    Capability.bits(sets.permitted()) | admin, Capability.bits(sets.inheritable()), 0));
            steps.add(new PrivilegeStep.InstallSeccomp(host.seccomp()));
        }
        steps.add(new PrivilegeStep.SetCapabilities(Capability.bits(sets.effective()),
                Capability.bits(sets.permitted()), Capability.bits(sets.inheritable()),
                Capability.bits(sets.ambient())));
        if (process.noNewPrivileges()) {
            steps.add(new PrivilegeStep.NoNewPrivileges());
            if (filtered) {
                steps.add(new PrivilegeStep.InstallSeccomp(host.seccomp()));
            }
        }
    }
}
