/** The HTTP mode: what {@code rustyrun serve} offers. */
package dev.rustyrun.http;
