package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Where and when this thread, and what it becomes, gets processors, disks and memory, and how it sees the machine. All but
 * personality are of the calling thread, number 0.
 */
public interface SchedulingCalls extends KernelCalls {

    /** Lets this thread run on the processors {@code which} only; man 2 sched_setaffinity. */
    default void setAffinity(BitSet which) {
        byte[] mask = SchedulerAttributes.mask(which);
        check(libc().call("sched_setaffinity", 0, mask.length, mask), "sched_setaffinity", which);
    }

    /** Lets this thread run on all processors that its cgroup has; man 2 sched_setaffinity. */
    default void resetAffinity() {
        byte[] mask = new byte[SchedulerAttributes.MAX_PROCESSORS / Byte.SIZE];
        Arrays.fill(mask, (byte) -1);
        check(libc().call("sched_setaffinity", 0, mask.length, mask), "sched_setaffinity", "all");
    }

    /** Sets when this thread gets a processor; man 2 sched_setattr. */
    default void setScheduler(SchedulerAttributes attributes) {
        check(libc().call("sched_setattr", 0, attributes.encode(), 0), "sched_setattr", attributes);
    }

    /** Sets when this thread gets a disk, by the number of a class and a level in it; man 2 ioprio_set. */
    default void setIoPriority(int ioClass, int level) {
        int priority = ioClass << SchedulerAttributes.IOPRIO_CLASS_SHIFT | level;
        int which = SchedulerAttributes.IOPRIO_WHO_PROCESS;
        check(libc().call("ioprio_set", which, 0, priority), "ioprio_set", ioClass, level);
    }

    /**
     * Sets from which nodes this thread gets memory; man 2 set_mempolicy.
     *
     * @param mode MPOL_, with MPOL_F_ bits
     */
    default void setMemoryPolicy(int mode, BitSet nodes) {
        byte[] mask = SchedulerAttributes.mask(nodes);
        // The kernel takes the count for one more than it looks at.
        long count = (nodes.isEmpty() ? 0 : mask.length * 8L) + 1;
        check(libc().call("set_mempolicy", mode, mask, count), "set_mempolicy", mode, nodes);
    }

    /** Sets how this thread sees the machine, PER_; man 2 personality. */
    default void setPersonality(long persona) {
        check(libc().call("personality", persona), "personality", persona);
    }
}
