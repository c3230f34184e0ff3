/**
 * Monitored containers, which run detached from their starter. Each has a folder with its request and its result, and a
 * monitor process that outlives the starter.
 */
package dev.rustyrun.container.supervised;
