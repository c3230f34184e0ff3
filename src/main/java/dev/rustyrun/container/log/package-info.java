/** The log of a container in files: its monitor writes it, and any number of readers read it. */
package dev.rustyrun.container.log;
