/** Health checks, at {@code /q/health}. */
package dev.rustyrun.http.health;
