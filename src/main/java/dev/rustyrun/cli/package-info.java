/** The command line: one picocli class per command, and the parsers of complex option values. */
package dev.rustyrun.cli;
