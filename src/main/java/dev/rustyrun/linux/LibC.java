package dev.rustyrun.linux;

/**
 * The raw C interface, one small interface per family of calls: what libc declares, with Java's strings and arrays in
 * place of pointers. Unless a method says otherwise it returns what the C function returns, so -1 for a failure, and
 * {@link #errno()} then has the reason. Nothing here checks anything; {@link Linux} does.
 */
interface LibC
        extends NamespaceCalls,
                MountCalls,
                FileCalls,
                ProcessCalls,
                SignalCalls,
                TerminalCalls,
                SocketCalls,
                SeccompCalls,
                BpfCalls,
                SchedulingCalls {

    /** The calling thread's {@code errno} after its last call, man 3 errno. */
    int errno();
}
