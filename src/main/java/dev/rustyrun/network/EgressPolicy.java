package dev.rustyrun.network;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** The egress policy of a container: the hosts that it may reach. */
public final class EgressPolicy {

    private final List<String> hosts;
    private final List<AllowedHost> allowed;

    private EgressPolicy(List<String> hosts) {
        this.hosts = List.copyOf(hosts);
        this.allowed = hosts.stream().map(AllowedHost::parse).toList();
    }

    /** Resolves a name to its addresses. */
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    /**
     * The decision about an attempt.
     *
     * @param address the checked address, the only one to which the proxy may connect; empty when the attempt is
     *        refused
     * @param reason why the attempt is refused
     */
    public record Decision(Optional<InetAddress> address, String reason) {
        static Decision refuse(String reason) {
            return new Decision(Optional.empty(), reason);
        }
    }

    /**
     * A policy that allows these hosts, each {@code HOST[:PORT]}.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException for the first invalid one
     */
    public static EgressPolicy of(List<String> hosts) {
        return new EgressPolicy(hosts);
    }

    /** The allowed hosts, as they were given. */
    List<String> hosts() {
        return hosts;
    }

    /** The first of {@code hosts} that this policy does not cover, if any. */
    public Optional<String> firstBeyond(List<String> hosts) {
        return hosts.stream()
                .filter(host -> {
                    AllowedHost wanted = AllowedHost.parse(host);
                    return allowed.stream().noneMatch(own -> own.covers(wanted));
                })
                .findFirst();
    }

    /**
     * Decides about an attempt to reach {@code host}. An allowed name is resolved exactly once, here, so that the
     * checked address is the one that is used.
     *
     * @param host a name or an address, as the container has sent it
     */
    public Decision decide(String host, int port, Resolver resolver) {
        if (port < 1 || port > 65535) {
            return Decision.refuse("invalid port");
        }
        Optional<InetAddress> literal = AddressRange.address(host);
        if (literal.isPresent()) {
            return allows(literal.get(), port)
                    ? new Decision(literal, "")
                    : Decision.refuse("this address and port are not allowed");
        }
        Optional<String> name = HostName.of(host);
        if (name.isEmpty()) {
            return Decision.refuse("neither a valid name nor an address in its usual form");
        }
        if (allowed.stream().noneMatch(own -> own.allows(name.get(), port))) {
            return Decision.refuse("this name and port are not allowed");
        }
        try {
            // The trailing dot keeps the resolver from trying search domains.
            for (InetAddress address : resolver.resolve(name.get() + ".")) {
                if (isOrdinary(address) || allows(address, port)) {
                    return new Decision(Optional.of(address), "");
                }
            }
            return Decision.refuse("this name has only addresses that must be allowed as addresses");
        } catch (UnknownHostException e) {
            return Decision.refuse("this name has no address");
        }
    }

    /** Whether this policy also allows an existing connection to {@code host} at {@code address}. */
    boolean allows(String host, int port, InetAddress address) {
        return allows(address, port)
                || AddressRange.address(host).isEmpty() && allowsName(host, port) && isOrdinary(address);
    }

    /** Whether this name is allowed, independent of its addresses. */
    boolean allowsName(String host, int port) {
        return HostName.of(host)
                .filter(name -> allowed.stream().anyMatch(own -> own.allows(name, port)))
                .isPresent();
    }

    private static boolean isOrdinary(InetAddress address) {
        return !AddressRange.isSpecial(address) && !isHosts(address);
    }

    /**
     * Whether {@code address} belongs to this machine. A DNS answer must not lead the proxy to services of the host.
     */
    private static boolean isHosts(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private boolean allows(InetAddress address, int port) {
        return allowed.stream().anyMatch(own -> own.allows(address, port));
    }
}
