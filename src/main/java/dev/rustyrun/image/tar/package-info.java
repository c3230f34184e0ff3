/** Reads and writes tar streams: POSIX ustar and pax, GNU long names and sparse files. */
package dev.rustyrun.image.tar;
