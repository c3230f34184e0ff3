package dev.rustyrun.linux;

/** Operations of prctl(2) that take one or two numbers. */
public enum Prctl {
    PR_SET_PDEATHSIG(1),
    PR_SET_DUMPABLE(4),
    PR_SET_KEEPCAPS(8),
    PR_CAPBSET_DROP(24),
    PR_SET_CHILD_SUBREAPER(36),
    PR_SET_NO_NEW_PRIVS(38),
    PR_CAP_AMBIENT(47);

    private final int value;

    Prctl(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }
}
