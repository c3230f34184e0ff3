/**
 * The namespace core: the only package that talks to the kernel, and the only one that imports jnr.
 *
 * <p>{@link dev.rustyrun.linux.Linux} is what the rest of the project holds. Its methods come from the families of calls,
 * such as {@link dev.rustyrun.linux.MountCalls}: one documented method per use of a call, which names the call and its
 * arguments, checks the result, and turns a failure into a {@link dev.rustyrun.linux.LinuxException}. Nothing else is
 * written for a call: {@link dev.rustyrun.linux.LibC} makes any of them by name, and
 * {@link dev.rustyrun.linux.NativeMemory} knows how each kind of argument lies in memory. Only calls that libc has no
 * function for are named a second time, with their number, in {@link dev.rustyrun.linux.SystemCall}.
 *
 * <p>Structs are encoded by pure functions. This package knows nothing about containers and depends on no other package of
 * ours.
 */
package dev.rustyrun.linux;
