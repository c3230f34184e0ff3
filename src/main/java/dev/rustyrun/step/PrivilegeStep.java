package dev.rustyrun.step;

import dev.rustyrun.linux.CapabilitySets;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.Id;
import java.util.List;

/** Steps that drop the command's privileges; man 7 credentials, man 7 capabilities, man 2 seccomp. */
public sealed interface PrivilegeStep extends Step {

    /** Drops from the bounding set every capability whose bit is not in {@code keep}; man 7 capabilities. */
    record LimitCapabilities(long keep) implements PrivilegeStep {
        private static final int LAST_POSSIBLE_CAPABILITY = 63;
        private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;

        static LimitCapabilities read(PlanReader in) {
            return new LimitCapabilities(in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.LIMIT_CAPABILITIES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put64(keep);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.prctl(Prctl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
            long kept = keep & ~context.withheldCapabilities();
            for (int capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
                if ((kept & 1L << capability) == 0 && !drop(linux, capability)) {
                    return;
                }
            }
        }

        @Override
        public String describe() {
            return "limit capabilities to " + StepFormatter.capabilities(keep);
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.EPERM
                    ? "to drop capabilities, Rustyrun needs CAP_SETPCAP"
                    : PrivilegeStep.super.hint(errno);
        }

        /** Drops {@code capability}; returns false if the kernel does not know it. */
        private static boolean drop(Linux linux, int capability) {
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
    }

    /**
     * Changes to the command's user and groups; man 7 credentials.
     *
     * @param setGroups whether {@code groups} are set; otherwise the groups stay unchanged
     */
    record SetUser(int uid, int gid, List<Integer> groups, SetGroups setGroups, int umask) implements PrivilegeStep {
        /** Whether the supplementary groups are set. */
        public enum SetGroups {
            YES,
            /** Not set: the new user namespace denies setgroups(2), or the caller's groups are kept. */
            NO,
            /** Set, unless there are no groups and the joined user namespace denies setgroups(2). */
            IF_ALLOWED
        }

        public SetUser {
            groups = List.copyOf(groups);
        }

        static SetUser read(PlanReader in) {
            return new SetUser(in.take32(), in.take32(), in.takeInts(), in.takeOneOf(SetGroups.values()), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_USER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(uid).put32(gid).putInts(groups).put8(setGroups.ordinal()).put32(umask);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setUmask(umask);
            if (setGroups != SetGroups.NO) {
                setGroups(linux);
            }
            linux.setGroup(gid);
            if (uid != 0) {
                linux.prctl(Prctl.PR_SET_KEEPCAPS, 1);
            }
            linux.setUser(uid);
            if (uid != 0) {
                linux.prctl(Prctl.PR_SET_KEEPCAPS, 0);
            }
            // Changing ids clears this setting; man 2 PR_SET_PDEATHSIG.
            linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        }

        @Override
        public String describe() {
            return "become uid " + Id.number(uid) + " gid " + Id.number(gid) + " groups "
                    + groups.stream().map(Id::number).toList() + " umask 0"
                    + Integer.toOctalString(umask);
        }

        @Override
        public String hint(int errno) {
            return switch (errno) {
                case Errno.EPERM -> "Rustyrun needs CAP_SETUID and CAP_SETGID";
                case Errno.EINVAL -> "is that id mapped in the user namespace?";
                default -> PrivilegeStep.super.hint(errno);
            };
        }

        private void setGroups(Linux linux) {
            try {
                int[] ids = new int[groups.size()];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = groups.get(i);
                }
                linux.setGroups(ids);
            } catch (LinuxException e) {
                // The caller's groups were dropped before the user namespace was joined.
                if (setGroups != SetGroups.IF_ALLOWED || !groups.isEmpty() || e.errno() != Errno.EPERM) {
                    throw e;
                }
            }
        }
    }

    /**
     * Makes the command's user the owner of the standard files, unless they are devices, so that it can open them again
     * as {@code /dev/stdout}, as in other runtimes.
     *
     * @param uid the user id in this process's user namespace
     */
    record GiveFiles(int uid) implements PrivilegeStep {
        static GiveFiles read(PlanReader in) {
            return new GiveFiles(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.GIVE_FILES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(uid);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            StandardFiles.give(linux, uid, -1);
        }

        @Override
        public String describe() {
            return "give the standard files to uid " + Id.number(uid);
        }
    }

    /** Sets the capability sets of the command; bit n is capability n. */
    record SetCapabilities(long effective, long permitted, long inheritable, long ambient) implements PrivilegeStep {
        private static final int PR_CAP_AMBIENT_RAISE = 2;

        static SetCapabilities read(PlanReader in) {
            return new SetCapabilities(in.take64(), in.take64(), in.take64(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_CAPABILITIES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put64(effective).put64(permitted).put64(inheritable).put64(ambient);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            long granted = ~context.withheldCapabilities();
            linux.setCapabilities(new CapabilitySets(effective & granted, permitted & granted, inheritable & granted));
            long raised = ambient & granted;
            for (int capability = 0; raised >>> capability != 0; capability++) {
                if ((raised & 1L << capability) != 0) {
                    linux.prctl(Prctl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
                }
            }
        }

        @Override
        public String describe() {
            return "set capabilities to " + StepFormatter.capabilities(permitted)
                    + (ambient == 0 ? "" : " ambient " + StepFormatter.capabilities(ambient));
        }
    }

    /** Prevents later execve calls from granting privileges; man 2 prctl, PR_SET_NO_NEW_PRIVS. */
    record NoNewPrivileges() implements PrivilegeStep {
        @Override
        public StepKind kind() {
            return StepKind.NO_NEW_PRIVILEGES;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1);
        }

        @Override
        public String describe() {
            return "set no_new_privs";
        }
    }

    /**
     * Installs {@code filter} for all later system calls; man 2 seccomp.
     *
     * @param due index of {@link HostStep.ReachAgent}, if the filter has a listener
     * @param tellDue index of {@link HostStep.TellAgent}
     */
    record InstallSeccomp(SeccompFilter filter, int due, int tellDue) implements PrivilegeStep {
        /** A filter without a listener. */
        public InstallSeccomp(SeccompFilter filter) {
            this(filter, HostStep.NONE, HostStep.NONE);
        }

        static InstallSeccomp read(PlanReader in) {
            return new InstallSeccomp(SeccompFilter.read(in), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.INSTALL_SECCOMP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            filter.writeTo(out);
            out.put32(due).put32(tellDue);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            if (filter.refusesExecution()) {
                throw new StepFailure("the filter refuses execve(2), so that no command can start: allow execve in it");
            }
            // The filter may refuse rt_sigaction(2), and hooks may run between it and the command.
            context.stopIgnoringSignals();
            if (!filter.hasListener()) {
                linux.installSeccomp(filter.bytes(), filter.flags());
                return;
            }
            Connection channel = context.connection();
            channel.ask(due);
            if (!channel.awaitGo()) {
                throw new StepFailure("run ended");
            }
            // Until run has the listener, nobody answers notifications, so sendmsg(2) must not be a call that waits for
            // an answer.
            int listener = linux.installSeccomp(filter.bytes(), filter.flags());
            channel.send(new Report.Due(tellDue, listener));
            linux.close(listener);
        }

        @Override
        public String describe() {
            return "install seccomp filter of " + filter.instructions() + " instructions";
        }
    }
}
