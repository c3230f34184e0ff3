/** Copies files into and out of containers as tar streams. Neither the container nor the streams are trusted. */
package dev.rustyrun.container.files;
