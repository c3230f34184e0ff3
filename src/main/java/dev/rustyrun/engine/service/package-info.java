/**
 * The work of a launch service, independent of the protocol of its requests: its configuration, its limits,
 * its queue of launches, its pool of warm launches, and the way from a request to a container. The service's HTTP
 * interface is in {@code http}.
 */
package dev.rustyrun.engine.service;
