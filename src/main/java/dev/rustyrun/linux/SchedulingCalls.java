package dev.rustyrun.linux;

/** Calls about where and when this thread gets processors, disks and memory, and about how it sees the machine. */
interface SchedulingCalls {

    /** {@code int sched_setaffinity(0, size_t size, const cpu_set_t *mask)}, man 2 sched_setaffinity. */
    int sched_setaffinity(byte[] mask);

    /** {@code int sched_setattr(0, struct sched_attr *attr, 0)}, man 2 sched_setattr: the system call itself. */
    int sched_setattr(byte[] attributes);

    /** {@code int ioprio_set(IOPRIO_WHO_PROCESS, 0, int ioprio)}, man 2 ioprio_set: the system call itself. */
    int ioprio_set(int priority);

    /** {@code long set_mempolicy(int mode, const unsigned long *nodes, unsigned long count)}, man 2 set_mempolicy. */
    int set_mempolicy(int mode, byte[] nodes, long count);

    /** {@code int personality(unsigned long persona)}, man 2 personality; returns the one before. */
    int personality(long persona);
}
