/** Waits for many processes, files and timeouts with few threads. */
package dev.rustyrun.container.watch;
