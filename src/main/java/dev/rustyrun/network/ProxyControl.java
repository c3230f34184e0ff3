package dev.rustyrun.network;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The proxy's side of {@link ProxyConnection}s: takes one order from each. The permissions of the socket's folder
 * control who may connect.
 */
final class ProxyControl {

    private static final int ORDER_MILLIS = 5000;
    private static final int PAUSE_MILLIS = 100;

    private final Linux linux;
    private final EgressProxy proxy;
    private final AttemptLog log;

    ProxyControl(Linux linux, EgressProxy proxy, AttemptLog log) {
        this.linux = linux;
        this.proxy = proxy;
        this.log = log;
    }

    /** Serves the listening socket {@code listening}; never returns. */
    void serve(int listening) {
        while (true) {
            try {
                take(linux.accept(listening));
            } catch (LinuxException e) {
                // The client has disconnected, or a resource limit is reached; the pause avoids a busy loop in the
                // latter case.
                linux.poll(new PollSet(1), PAUSE_MILLIS);
            }
        }
    }

    private void take(int connection) {
        boolean followed = false;
        try {
            PollSet set = new PollSet(1);
            set.add(connection, PollSet.POLLIN);
            byte[] buffer = new byte[ProxyConnection.MAX_BYTES + 1];
            if (linux.poll(set, ORDER_MILLIS)) {
                int got = linux.receive(connection, buffer, buffer.length).count();
                String order = new String(buffer, 0, got, StandardCharsets.UTF_8);
                String answer =
                        got < buffer.length ? perform(order) : ProxyConnection.REFUSED + "the order is too long";
                linux.send(connection, answer.getBytes(StandardCharsets.UTF_8), -1);
                followed = answer.charAt(0) == ProxyConnection.DONE && order.charAt(0) == ProxyConnection.FOLLOW;
            }
        } finally {
            if (!followed) {
                linux.close(connection);
            }
        }
        if (followed) {
            log.follow(connection);
        }
    }

    private String perform(String order) {
        String rest = order.isEmpty() ? "" : order.substring(1);
        try {
            switch (order.isEmpty() ? ' ' : order.charAt(0)) {
                case ProxyConnection.ALLOW -> {
                    List<String> hosts = rest.isEmpty() ? List.of() : List.of(rest.split("\n"));
                    proxy.allow(EgressPolicy.of(hosts));
                    log.reportPolicy(hosts);
                    return Character.toString(ProxyConnection.DONE);
                }
                case ProxyConnection.SHOW -> {
                    return ProxyConnection.DONE
                            + String.join("\n", proxy.policy().hosts());
                }
                case ProxyConnection.FOLLOW -> {
                    return Character.toString(ProxyConnection.DONE);
                }
                default -> {
                    return ProxyConnection.REFUSED + "unknown order";
                }
            }
        } catch (InvalidSpecException e) {
            return ProxyConnection.REFUSED + e.getMessage();
        }
    }
}
