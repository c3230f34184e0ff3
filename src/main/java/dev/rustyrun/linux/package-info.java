/**
 * The namespace core: the only package that talks to the kernel, and the only one that imports jnr.
 *
 * <p>{@link dev.rustyrun.linux.LibC} is the raw C interface, one documented method per call;
 * {@link dev.rustyrun.linux.JffiLibC} binds it; {@link dev.rustyrun.linux.Linux} is the checked facade that the rest of
 * the project uses and that turns every failure into a {@link dev.rustyrun.linux.LinuxException}. Structs are encoded by
 * pure functions. This package knows nothing about containers and depends on no other package of ours.
 */
package dev.rustyrun.linux;
