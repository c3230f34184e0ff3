/** Access control of the service: tokens and certificates, their roles, and the allowed host names and origins. */
package dev.rustyrun.http.access;
