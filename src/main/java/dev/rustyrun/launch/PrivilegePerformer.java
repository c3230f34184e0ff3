package dev.rustyrun.launch;

import dev.rustyrun.linux.CapabilityWords;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.ResourceLimit;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.PrivilegeStep;
import dev.rustyrun.plan.PrivilegeStep.SetUser.SetGroups;

/** Performs the steps that take privileges away. */
final class PrivilegePerformer implements PrivilegeStep.Performer {

    private static final int LAST_POSSIBLE_CAPABILITY = 63;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    private final StageContext context;
    private final Linux linux;

    PrivilegePerformer(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    @Override
    public void raiseRlimit(PrivilegeStep.RaiseRlimit step) {
        ResourceLimit now = linux.resourceLimit(step.resource());
        if (Long.compareUnsigned(step.hard(), now.hard()) > 0) {
            linux.setResourceLimit(step.resource(), now.soft(), step.hard());
        }
    }

    @Override
    public void setRlimit(PrivilegeStep.SetRlimit step) {
        linux.setResourceLimit(step.resource(), step.soft(), step.hard());
    }

    @Override
    public void setOomScore(PrivilegeStep.SetOomScore step) {
        context.writeOwnFile("/proc/self/oom_score_adj", Integer.toString(step.adjustment()));
    }

    @Override
    public void limitCapabilities(PrivilegeStep.LimitCapabilities step) {
        linux.prctl(Prctl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
        long keep = step.keep() & ~context.withheldCapabilities();
        for (int capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
            if ((keep & 1L << capability) == 0 && !drop(capability)) {
                return;
            }
        }
    }

    /** Whether the kernel knows {@code capability}, which is then dropped. */
    private boolean drop(int capability) {
        try {
            linux.prctl(Prctl.PR_CAPBSET_DROP, capability);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void setUser(PrivilegeStep.SetUser step) {
        linux.setUmask(step.umask());
        if (step.setGroups() != SetGroups.NO) {
            setGroups(step);
        }
        linux.setGroup(step.gid());
        if (step.uid() != 0) {
            linux.prctl(Prctl.PR_SET_KEEPCAPS, 1);
        }
        linux.setUser(step.uid());
        if (step.uid() != 0) {
            linux.prctl(Prctl.PR_SET_KEEPCAPS, 0);
        }
        // A change of ids makes the kernel forget this; man 2 PR_SET_PDEATHSIG.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
    }

    private void setGroups(PrivilegeStep.SetUser step) {
        int[] groups = new int[step.groups().size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = step.groups().get(i);
        }
        try {
            linux.setGroups(groups);
        } catch (LinuxException e) {
            // The caller's groups were given up before the user namespace was joined.
            if (step.setGroups() != SetGroups.IF_ALLOWED || groups.length > 0 || e.errno() != Errno.EPERM) {
                throw e;
            }
        }
    }

    @Override
    public void giveFiles(PrivilegeStep.GiveFiles step) {
        StandardFiles.give(linux, step.uid(), -1);
    }

    @Override
    public void setCapabilities(PrivilegeStep.SetCapabilities step) {
        long granted = ~context.withheldCapabilities();
        linux.setCapabilities(new CapabilityWords(
                step.effective() & granted, step.permitted() & granted, step.inheritable() & granted));
        long ambient = step.ambient() & granted;
        for (int capability = 0; ambient >>> capability != 0; capability++) {
            if ((ambient & 1L << capability) != 0) {
                linux.prctl(Prctl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
            }
        }
    }

    @Override
    public void noNewPrivileges(PrivilegeStep.NoNewPrivileges step) {
        linux.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1);
    }

    @Override
    public void installSeccomp(PrivilegeStep.InstallSeccomp step) {
        if (step.filter().refusesExecution()) {
            throw new StepFailure("the filter refuses execve(2), so that no command can start: allow execve in it");
        }
        if (!step.filter().hasListener()) {
            linux.installSeccomp(step.filter().bytes(), step.filter().flags());
            return;
        }
        StageChannel channel = context.channel();
        channel.send(new Report.ListenerDue());
        if (!channel.awaitGo()) {
            throw new StepFailure("run ended");
        }
        // From here until run has the listener nobody answers: sendmsg(2) may not be one of the calls that wait for
        // that.
        int listener = linux.installSeccomp(step.filter().bytes(), step.filter().flags());
        channel.send(new Report.ListenerOpened(listener));
        linux.close(listener);
    }
}
