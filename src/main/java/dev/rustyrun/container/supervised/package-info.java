/**
 * Containers that nobody waits for: a folder each says what was asked for and how it ended, and a process of its own watches
 * each and outlives whoever has started it.
 */
package dev.rustyrun.container.supervised;
