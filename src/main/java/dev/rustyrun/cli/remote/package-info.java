/** The command line as a client of a launch service: {@code rustyrun --host URL COMMAND}. */
package dev.rustyrun.cli.remote;
