package dev.rustyrun.spec;

import java.util.Set;

/**
 * The processor and disk scheduling of a process; runtime-spec config.md, "Linux Process".
 *
 * @param ioPriority I/O priority, man 2 ioprio_set
 * @param cpu scheduling policy, man 2 sched_setattr
 * @param initialCpus processors on which {@code exec} starts the process; empty for any. config.md, "execCPUAffinity"
 * @param finalCpus processors on which it runs afterwards; empty for any
 */
public record Scheduling(IoPriority ioPriority, Cpu cpu, String initialCpus, String finalCpus) {

    /** Keeps everything that was inherited. */
    public static final Scheduling INHERITED = new Scheduling(IoPriority.INHERITED, Cpu.INHERITED, "", "");

    /** The classes of ioprio_set(2), by number. */
    public enum IoClass {
        IOPRIO_CLASS_NONE,
        IOPRIO_CLASS_RT,
        IOPRIO_CLASS_BE,
        IOPRIO_CLASS_IDLE
    }

    /**
     * config.md, "ioPriority".
     *
     * @param ioClass I/O class; IOPRIO_CLASS_NONE to leave the priority unchanged
     * @param priority 0, the highest, to 7
     */
    public record IoPriority(IoClass ioClass, int priority) {
        public static final IoPriority INHERITED = new IoPriority(IoClass.IOPRIO_CLASS_NONE, 0);
    }

    /** The policies of sched_setattr(2), by number; {@code SCHED_ISO} has a number, but no kernel implements it. */
    public enum Policy {
        SCHED_OTHER,
        SCHED_FIFO,
        SCHED_RR,
        SCHED_BATCH,
        SCHED_ISO,
        SCHED_IDLE,
        SCHED_DEADLINE
    }

    /** The flags of sched_setattr(2) that the specification names. */
    public enum Flag {
        SCHED_FLAG_RESET_ON_FORK(0x01),
        SCHED_FLAG_RECLAIM(0x02),
        SCHED_FLAG_DL_OVERRUN(0x04),
        SCHED_FLAG_KEEP_POLICY(0x08),
        SCHED_FLAG_KEEP_PARAMS(0x10),
        SCHED_FLAG_UTIL_CLAMP_MIN(0x20),
        SCHED_FLAG_UTIL_CLAMP_MAX(0x40);

        private final int value;

        Flag(int value) {
            this.value = value;
        }

        /** The header's value. */
        public int value() {
            return value;
        }
    }

    /**
     * config.md, "scheduler".
     *
     * @param given whether a policy was requested at all
     * @param nice -20 to 19
     * @param priority 1 to 99 for SCHED_FIFO and SCHED_RR, otherwise 0
     * @param runtime nanoseconds, for SCHED_DEADLINE
     * @param deadline nanoseconds, for SCHED_DEADLINE
     * @param period nanoseconds, for SCHED_DEADLINE
     */
    public record Cpu(
            boolean given,
            Policy policy,
            int nice,
            int priority,
            Set<Flag> flags,
            long runtime,
            long deadline,
            long period) {

        public static final Cpu INHERITED = new Cpu(false, Policy.SCHED_OTHER, 0, 0, Set.of(), 0, 0, 0);

        public Cpu {
            flags = Set.copyOf(flags);
        }
    }
}
