/**
 * Listeners and connections of the service: unix socket, TLS client certificates, connection limits, and strict HTTP.
 */
package dev.rustyrun.http.listen;
