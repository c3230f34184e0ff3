/**
 * The client of a launch service: an engine that sends each operation to its HTTP API. It contains a small HTTP client,
 * because the JDK's client does not support unix sockets and starts threads, which would slow down a command of a few
 * milliseconds.
 */
package dev.rustyrun.client;
