/** Who may ask the service for what: tokens and their roles, and from where a browser may come. */
package dev.rustyrun.http.access;
