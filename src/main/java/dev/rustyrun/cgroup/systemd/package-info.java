/**
 * The client for systemd's control groups, and the few D-Bus messages that it needs.
 *
 * <p>A launch has only a few milliseconds, so this package uses no D-Bus library.
 * {@link dev.rustyrun.cgroup.systemd.Bus} implements the handshake with the process's own credentials, method calls
 * with answers, and signals, in the format of the D-Bus Specification. All received data is untrusted: it is limited in
 * size and in time, and every offset is checked. {@link dev.rustyrun.cgroup.systemd.SystemdManager} represents the
 * object {@code org.freedesktop.systemd1.Manager}. Failures are {@link dev.rustyrun.cgroup.systemd.SystemdException}s
 * with one-line messages.
 */
package dev.rustyrun.cgroup.systemd;
