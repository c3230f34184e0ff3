/**
 * Connects containers to CNI networks: configurations, plugins, and the disconnection at a container's end;
 * docs/network.md.
 */
package dev.rustyrun.network.cni;
