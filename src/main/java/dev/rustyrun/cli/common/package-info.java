/**
 * What the local and the remote command line share: commands that use an {@link dev.rustyrun.engine.Engine}, and the
 * parsing of arguments.
 */
package dev.rustyrun.cli.common;
