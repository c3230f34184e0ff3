/**
 * A container's life: what a launch needs from the host and leaves there, and what is told of it while it runs and when it
 * has ended. Above it are only the ways in, {@code cli} and {@code http}.
 */
package dev.rustyrun.container;
