/**
 * The operations on containers and images, on this machine or at a launch service. Commands use an {@link
 * dev.rustyrun.engine.Engine} and do not know which of the two it is.
 */
package dev.rustyrun.engine;
