/**
 * The HTTP interface of the launch service, {@code rustyrun serve}: a resource per noun, web sockets, and the
 * responses. The work of the service is in {@code engine.service}.
 */
package dev.rustyrun.http;
