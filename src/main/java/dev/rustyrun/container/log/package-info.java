/** What a container wrote, kept in files: written by the process that watches it, read by whoever wants to. */
package dev.rustyrun.container.log;
