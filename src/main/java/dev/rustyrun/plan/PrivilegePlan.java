package dev.rustyrun.plan;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.step.HostStep;
import dev.rustyrun.step.LaunchCall;
import dev.rustyrun.step.LimitStep;
import dev.rustyrun.step.PrivilegeStep;
import dev.rustyrun.step.PrivilegeStep.SetUser.SetGroups;
import dev.rustyrun.step.Step;
import java.util.List;
import java.util.Set;

/** The part of a plan that drops privileges, in an order in which each can still be dropped. */
final class PrivilegePlan {

    private final Spec spec;
    private final HostFacts host;
    private final HostSteps run;

    PrivilegePlan(Spec spec, HostFacts host, HostSteps run) {
        this.spec = spec;
        this.host = host;
        this.run = run;
    }

    /** Adds what must happen before a command may wait for its start. */
    void addFirst(List<Step> steps) {
        Spec.Process process = spec.process();
        Spec.Capabilities sets = process.capabilities();
        for (Spec.Rlimit rlimit : process.rlimits()) {
            steps.add(new LimitStep.RaiseRlimit(
                    rlimit.type().ordinal(), rlimit.type().name(), rlimit.hard()));
        }
        steps.add(new PrivilegeStep.LimitCapabilities(Capability.bits(sets.bounding())));
        Spec.User user = process.user();
        if (user.uid() != 0) {
            steps.add(new PrivilegeStep.GiveFiles(user.uid()));
        }
        steps.add(new PrivilegeStep.SetUser(user.uid(), user.gid(), user.additionalGids(), setGroups(), user.umask()));
        if (filtersWithPrivilege()) {
            // Without no_new_privs, installing a filter needs CAP_SYS_ADMIN, which is dropped right afterwards.
            long admin = Capability.bits(Set.of(Capability.CAP_SYS_ADMIN));
            steps.add(new PrivilegeStep.SetCapabilities(
                    Capability.bits(sets.effective()) | admin,
                    Capability.bits(sets.permitted()) | admin,
                    Capability.bits(sets.inheritable()),
                    0));
        } else {
            dropCapabilities(steps);
        }
    }

    private SetGroups setGroups() {
        if (!host.mayMapGroups() || spec.keepsGroups()) {
            return SetGroups.NO;
        }
        boolean joined = spec.linux().isJoined(NamespaceType.USER);
        return joined ? SetGroups.IF_ALLOWED : SetGroups.YES;
    }

    /**
     * The limits to set right before the command's execve: a process with them may get no memory, file or process any
     * more, so no stage can do anything after that. Empty when the filter forbids to set limits at that point.
     */
    List<LimitStep.SetRlimit> lastLimits() {
        return setsLimitsLast() ? limits() : List.of();
    }

    /** Whether the filter permits all calls that set the limits, and that prepare them. */
    boolean setsLimitsLast() {
        List<LaunchCall> calls = spec.process().rlimits().stream()
                .map(rlimit -> LaunchCall.limiting(rlimit.type().ordinal()))
                .toList();
        return calls.isEmpty()
                || host.seccomp().permits(calls) && host.seccomp().permits(LaunchCall.MEMORY);
    }

    private List<LimitStep.SetRlimit> limits() {
        return spec.process().rlimits().stream()
                .map(rlimit -> new LimitStep.SetRlimit(
                        rlimit.type().ordinal(), rlimit.type().name(), rlimit.soft(), rlimit.hard()))
                .toList();
    }

    /** Adds the steps right before the command: after a filter, the stage should need hardly any system call. */
    void addLast(List<Step> steps) {
        if (!setsLimitsLast()) {
            steps.addAll(limits());
        }
        if (filtersWithPrivilege()) {
            steps.add(filter());
            dropCapabilities(steps);
        } else if (isFiltered()) {
            steps.add(filter());
        }
    }

    private Step filter() {
        if (host.seccomp().hasListener() && spec.linux().seccomp() instanceof SeccompSetting.Profile profile) {
            return new PrivilegeStep.InstallSeccomp(
                    host.seccomp(),
                    run.add(new HostStep.ReachAgent(profile.seccomp().listenerPath())),
                    run.add(new HostStep.TellAgent(profile.seccomp().listenerMetadata())));
        }
        return new PrivilegeStep.InstallSeccomp(host.seccomp());
    }

    private void dropCapabilities(List<Step> steps) {
        Spec.Capabilities sets = spec.process().capabilities();
        // A capability is ambient only while it is permitted and inheritable too (man 7 capabilities). As with runc, a
        // config.json that asks for more, such as runc's own template, still starts: the rest has no effect.
        long ambient = Capability.bits(sets.ambient())
                & Capability.bits(sets.permitted())
                & Capability.bits(sets.inheritable());
        steps.add(new PrivilegeStep.SetCapabilities(
                Capability.bits(sets.effective()),
                Capability.bits(sets.permitted()),
                Capability.bits(sets.inheritable()),
                ambient));
        if (spec.process().noNewPrivileges()) {
            steps.add(new PrivilegeStep.NoNewPrivileges());
        }
    }

    private boolean isFiltered() {
        return host.seccomp().instructions() > 0;
    }

    private boolean filtersWithPrivilege() {
        return isFiltered() && !spec.process().noNewPrivileges();
    }
}
