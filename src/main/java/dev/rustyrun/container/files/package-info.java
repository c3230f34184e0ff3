/** Files of containers as tar streams: what comes from a container and what goes into it is not trusted. */
package dev.rustyrun.container.files;
