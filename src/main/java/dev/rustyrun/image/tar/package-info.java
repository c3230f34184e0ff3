/** Reading tar streams: POSIX ustar and pax, GNU's long names and sparse files. */
package dev.rustyrun.image.tar;
