/**
 * System call filters: Rustyrun's own profile, the compiler from a {@link dev.rustyrun.spec.Seccomp} to the program
 * that the kernel runs on each call, and the cache of such programs. All of it runs in the {@code run} stage;
 * {@code init} only installs the result.
 */
package dev.rustyrun.seccomp;
