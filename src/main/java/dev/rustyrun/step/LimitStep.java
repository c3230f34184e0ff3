package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.ResourceLimit;

/** Steps that set resource limits; man 2 getrlimit, man 5 proc. */
public sealed interface LimitStep extends Step {

    /**
     * Raises a hard limit, so that the process can set the limit later without privileges; man 2 getrlimit.
     *
     * @param resource number of {@code name}, an RLIMIT_ constant
     * @param hard the hard limit, -1 for none
     */
    record RaiseRlimit(int resource, String name, long hard) implements LimitStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            ResourceLimit now = linux.resourceLimit(resource);
            if (Long.compareUnsigned(hard, now.hard()) > 0) {
                linux.setResourceLimit(resource, now.soft(), hard);
            }
        }

        @Override
        public String describe() {
            return "allow " + name + " up to " + StepFormatter.limit(hard);
        }
    }

    /**
     * Sets a resource limit of the process; man 2 getrlimit.
     *
     * @param resource number of {@code name}, an RLIMIT_ constant
     * @param soft the limit, -1 for none
     * @param hard the maximum to which the process may raise it
     */
    record SetRlimit(int resource, String name, long soft, long hard) implements LimitStep {
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.setResourceLimit(resource, soft, hard);
        }

        @Override
        public String describe() {
            return "set " + name + " to " + StepFormatter.limit(soft) + ":" + StepFormatter.limit(hard);
        }
    }

    /**
     * Sets the OOM score adjustment of this process, -1000 to 1000: how likely the kernel kills it when memory runs
     * out; man 5 proc, {@code /proc/pid/oom_score_adj}.
     *
     * @param hostDue index of {@link HostStep.SetOomScore}, for a stage that may not lower its score itself; or none
     */
    record SetOomScore(int adjustment, int hostDue) implements LimitStep {
        /** For a stage that has the host's privileges, or only raises its score. */
        public SetOomScore(int adjustment) {
            this(adjustment, HostStep.NONE);
        }

        static SetOomScore read(PlanReader in) {
            return new SetOomScore(in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_OOM_SCORE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(adjustment).put32(hostDue);
        }

        @Override
        public void apply(StepContext context) {
            try {
                context.writeOwnFile("/proc/self/oom_score_adj", Integer.toString(adjustment));
            } catch (LinuxException e) {
                if (e.errno() != Errno.EACCES || hostDue == HostStep.NONE) {
                    throw e;
                }
                context.connection().ask(hostDue);
                if (!context.connection().awaitGo()) {
                    throw new StepFailure("run ended");
                }
            }
        }

        @Override
        public String describe() {
            return "set oom_score_adj " + adjustment;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.EACCES ? HostStep.SetOomScore.HINT : LimitStep.super.hint(errno);
        }
    }
}
