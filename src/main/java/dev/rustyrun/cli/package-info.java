/** The command line: one picocli class per command, and the small languages of their options. */
package dev.rustyrun.cli;
