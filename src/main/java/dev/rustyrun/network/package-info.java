/** The egress policy of a container, which lists the allowed hosts, and the proxy that enforces it. */
package dev.rustyrun.network;
