/**
 * The life of a container: its resources on the host, its stored state, launch, exec, signals, pause and deletion. Used
 * by {@code engine}, {@code cli} and {@code http}.
 */
package dev.rustyrun.container;
