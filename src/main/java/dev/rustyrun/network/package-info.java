/** What a container can reach: the policy of hosts that are allowed, and the proxy that connects to them and to no others. */
package dev.rustyrun.network;
