/**
 * The engine whose containers are a launch service's. A small HTTP client of our own, because the JDK's has no unix sockets and
 * starts threads that a command of a few milliseconds would wait for.
 */
package dev.rustyrun.client;
