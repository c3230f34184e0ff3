package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Scheduling, disk priority and memory policy of this thread, and its execution domain. All but personality address the
 * calling thread as number 0; the settings survive an execve.
 */
public interface SchedulingCalls extends KernelCalls {

    /** Restricts this thread to the processors {@code which}; man 2 sched_setaffinity. */
    default void setAffinity(BitSet which) {
        byte[] mask = SchedulerAttributes.mask(which);
        check(libc().call("sched_setaffinity", 0, mask.length, mask), "sched_setaffinity", which);
    }

    /** Lets this thread run on all processors of its cgroup; man 2 sched_setaffinity. */
    default void resetAffinity() {
        byte[] mask = new byte[SchedulerAttributes.MAX_PROCESSORS / Byte.SIZE];
        Arrays.fill(mask, (byte) -1);
        check(libc().call("sched_setaffinity", 0, mask.length, mask), "sched_setaffinity", "all");
    }

    /** Sets the scheduling policy of this thread; man 2 sched_setattr. */
    default void setScheduler(SchedulerAttributes attributes) {
        check(libc().call("sched_setattr", 0, attributes.encode(), 0), "sched_setattr", attributes);
    }

    /** Sets the I/O priority of this thread: the number of a class and a level in it; man 2 ioprio_set. */
    default void setIoPriority(int ioClass, int level) {
        int priority = ioClass << SchedulerAttributes.IOPRIO_CLASS_SHIFT | level;
        int which = SchedulerAttributes.IOPRIO_WHO_PROCESS;
        check(libc().call("ioprio_set", which, 0, priority), "ioprio_set", ioClass, level);
    }

    /**
     * Sets the memory nodes from which this thread allocates; man 2 set_mempolicy.
     *
     * @param mode an MPOL_ constant, with MPOL_F_ bits
     */
    default void setMemoryPolicy(int mode, BitSet nodes) {
        byte[] mask = SchedulerAttributes.mask(nodes);
        // The kernel reads one bit less than this count.
        long count = (nodes.isEmpty() ? 0 : mask.length * 8L) + 1;
        check(libc().call("set_mempolicy", mode, mask, count), "set_mempolicy", mode, nodes);
    }

    /** Sets the execution domain, a PER_ constant; man 2 personality. */
    default void setPersonality(long persona) {
        check(libc().call("personality", persona), "personality", persona);
    }
}
