/** Where a container's root file system comes from, and what it says about users. */
package dev.rustyrun.rootfs;
