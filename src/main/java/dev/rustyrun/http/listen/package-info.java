/** Where the service listens besides a TCP port: its unix socket, and TLS with the certificates of clients. */
package dev.rustyrun.http.listen;
