/** What the command lines of this machine and of a service have in common: commands that ask an engine, and how words are read. */
package dev.rustyrun.cli.common;
