/** Waiting for processes, files and time, for many at once and with few threads. */
package dev.rustyrun.container.watch;
