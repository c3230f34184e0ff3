/**
 * The requests to launch a container or a command: each field is declared once, for every command line and for HTTP.
 */
package dev.rustyrun.request;
