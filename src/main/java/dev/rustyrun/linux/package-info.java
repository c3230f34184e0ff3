/**
 * The namespace core: the only package that talks to the kernel, and the only one that imports jnr.
 *
 * <p>{@link dev.rustyrun.linux.Linux} is the entry point for the other packages. Its methods come from the families of
 * calls, such as {@link dev.rustyrun.linux.MountCalls}: one documented method per use of a call, which names the call
 * and its arguments, checks the result, and turns a failure into a {@link dev.rustyrun.linux.LinuxException}. A call
 * needs no other code: {@link dev.rustyrun.linux.LibC} makes any call by name, and
 * {@link dev.rustyrun.linux.NativeMemory} encodes each kind of argument. Only calls that are not functions of libc are
 * listed with their number in {@link dev.rustyrun.linux.SystemCall}.
 *
 * <p>Structs are encoded by pure functions. This package knows nothing about containers and depends on no other package
 * of this project.
 */
package dev.rustyrun.linux;
