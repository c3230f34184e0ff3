package dev.rustyrun.plan;

import dev.rustyrun.spec.Id;
import java.util.List;

/** Steps that take away what the command may do; man 7 credentials, man 7 capabilities, man 2 seccomp. */
public sealed interface PrivilegeStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /**
     * Lets the process set a limit of a resource later, without privileges, up to {@code hard}; man 2 getrlimit.
     *
     * @param resource the number of {@code name}, RLIMIT_...
     * @param hard the highest limit that it may set then, -1 for none
     */
    record RaiseRlimit(int resource, String name, long hard) implements PrivilegeStep {
        static RaiseRlimit read(PlanReader in) {
            return new RaiseRlimit(in.take32(), in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.RAISE_RLIMIT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(resource).putText(name).put64(hard);
        }

        @Override
        public void performBy(Performer performer) {
            performer.raiseRlimit(this);
        }

        @Override
        public String describe() {
            return "allow " + name + " up to " + Words.limit(hard);
        }
    }

    /**
     * Limits a resource of the process; man 2 getrlimit.
     *
     * @param resource the number of {@code name}, RLIMIT_...
     * @param soft the limit, -1 for none
     * @param hard up to where the process may raise it
     */
    record SetRlimit(int resource, String name, long soft, long hard) implements PrivilegeStep {
        static SetRlimit read(PlanReader in) {
            return new SetRlimit(in.take32(), in.takeText(), in.take64(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_RLIMIT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(resource).putText(name).put64(soft).put64(hard);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setRlimit(this);
        }

        @Override
        public String describe() {
            return "set " + name + " to " + Words.limit(soft) + ":" + Words.limit(hard);
        }
    }

    /**
     * Makes the kernel kill this process sooner or later than others when memory is short, -1000 to 1000; man 5 proc,
     * {@code /proc/pid/oom_score_adj}.
     */
    record SetOomScore(int adjustment) implements PrivilegeStep {
        static SetOomScore read(PlanReader in) {
            return new SetOomScore(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_OOM_SCORE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(adjustment);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setOomScore(this);
        }

        @Override
        public String describe() {
            return "set oom_score_adj " + adjustment;
        }
    }

    /** Drops from the bounding set every capability whose bit is not in {@code keep}; man 7 capabilities. */
    record LimitCapabilities(long keep) implements PrivilegeStep {
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
        public void performBy(Performer performer) {
            performer.limitCapabilities(this);
        }

        @Override
        public String describe() {
            return "limit capabilities to " + Words.capabilities(keep);
        }
    }

    /**
     * Becomes the command's user and groups; man 7 credentials.
     *
     * @param setGroups whether {@code groups} are set; where not, they stay as they are
     */
    record SetUser(int uid, int gid, List<Integer> groups, SetGroups setGroups, int umask) implements PrivilegeStep {
        /** Whether the supplementary groups are set. */
        public enum SetGroups {
            YES,
            /** No: the new user namespace denies setgroups(2), or the caller's are kept. */
            NO,
            /** Unless there are none and the joined user namespace denies setgroups(2). */
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
        public void performBy(Performer performer) {
            performer.setUser(this);
        }

        @Override
        public String describe() {
            return "become uid " + Id.number(uid) + " gid " + Id.number(gid) + " groups "
                    + groups.stream().map(Id::number).toList() + " umask 0"
                    + Integer.toOctalString(umask);
        }
    }

    /**
     * Gives the standard files, unless they are devices, to the user whom the command is to be, so that it can open them anew as
     * {@code /dev/stdout}: as other runtimes do.
     *
     * @param uid as this process sees it
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
        public void performBy(Performer performer) {
            performer.giveFiles(this);
        }

        @Override
        public String describe() {
            return "give the standard files to uid " + Id.number(uid);
        }
    }

    /** Sets the capability sets of the command, bit n for capability n. */
    record SetCapabilities(long effective, long permitted, long inheritable, long ambient) implements PrivilegeStep {
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
        public void performBy(Performer performer) {
            performer.setCapabilities(this);
        }

        @Override
        public String describe() {
            return "set capabilities to " + Words.capabilities(permitted)
                    + (ambient == 0 ? "" : " ambient " + Words.capabilities(ambient));
        }
    }

    /** Lets no later execve grant privileges; man 2 prctl, PR_SET_NO_NEW_PRIVS. */
    record NoNewPrivileges() implements PrivilegeStep {
        @Override
        public StepKind kind() {
            return StepKind.NO_NEW_PRIVILEGES;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.noNewPrivileges(this);
        }

        @Override
        public String describe() {
            return "set no_new_privs";
        }
    }

    /** Lets the kernel judge every later system call by {@code filter}; man 2 seccomp. */
    record InstallSeccomp(SeccompFilter filter) implements PrivilegeStep {
        static InstallSeccomp read(PlanReader in) {
            return new InstallSeccomp(SeccompFilter.read(in));
        }

        @Override
        public StepKind kind() {
            return StepKind.INSTALL_SECCOMP;
        }

        @Override
        public void writeTo(PlanWriter out) {
            filter.writeTo(out);
        }

        @Override
        public void performBy(Performer performer) {
            performer.installSeccomp(this);
        }

        @Override
        public String describe() {
            return "install seccomp filter of " + filter.instructions() + " instructions";
        }
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void raiseRlimit(RaiseRlimit step);

        void setRlimit(SetRlimit step);

        void setOomScore(SetOomScore step);

        void limitCapabilities(LimitCapabilities step);

        void setUser(SetUser step);

        void giveFiles(GiveFiles step);

        void setCapabilities(SetCapabilities step);

        void noNewPrivileges(NoNewPrivileges step);

        void installSeccomp(InstallSeccomp step);
    }
}
