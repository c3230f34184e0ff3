/**
 * The HTTP interface of the launch service, {@code rustyrun serve}: a resource per noun, web sockets, and the responses.
 * What the service does is in {@code engine.service}.
 */
package dev.rustyrun.http;
