package dev.rustyrun.linux;

/** The base of all families of calls. */
interface KernelCalls {

    /** The interface through which the calls are made; usable only in this package. */
    LibC libc();
}
