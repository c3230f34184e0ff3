/** CNI networks: configurations, plugins, and what must be undone when a container ends; docs/network.md. */
package dev.rustyrun.network.cni;
