/** Checks a container's root file system, and reads its users and groups. */
package dev.rustyrun.rootfs;
