/**
 * What can be done with containers that nobody waits for, wherever they are: on this machine, or at a launch service. Commands
 * speak to an {@link dev.rustyrun.engine.Engine} and do not know which it is.
 */
package dev.rustyrun.engine;
