package dev.rustyrun.linux;

/** The base of all families of calls. */
interface KernelCalls {

    /** The gate through which the calls go; of use to this package alone. */
    LibC libc();
}
