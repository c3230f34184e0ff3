/**
 * The part of systemd that makes control groups, and the few messages of D-Bus that it takes.
 *
 * <p>A stage has a few milliseconds, so there is no library: {@link dev.rustyrun.cgroup.systemd.Bus} knows the handshake with
 * the peer's own credentials, calls with their answers, and one signal; the D-Bus Specification has the format. Everything
 * that comes from a bus is untrusted: it is bounded in size and in time, and every offset is checked.
 * {@link dev.rustyrun.cgroup.systemd.SystemdManager} is the object {@code org.freedesktop.systemd1.Manager}. Failures are
 * {@link dev.rustyrun.cgroup.systemd.SystemdException}s, in words.
 */
package dev.rustyrun.cgroup.systemd;
