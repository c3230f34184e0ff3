/** The HTTP service: {@code rustyrun serve}. */
package dev.rustyrun.http;
