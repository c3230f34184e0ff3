/**
 * The commands that a service runs, and the clients that wait for them: input, captured or streamed output, and what
 * happens when a client disconnects.
 */
package dev.rustyrun.container.served;
