package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies from the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case, as in
 * curl.
 */
final class Proxies extends ProxySelector {

    private static final int DEFAULT_PORT = 1080;

    private final Map<String, String> environment;

    Proxies(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<URI> proxy = of(uri);
        return List.of(proxy.map(found -> new Proxy(
                        Proxy.Type.HTTP,
                        new InetSocketAddress(found.getHost(), found.getPort() < 0 ? DEFAULT_PORT : found.getPort())))
                .orElse(Proxy.NO_PROXY));
    }

    /** The proxy for an address; empty for a direct connection. */
    Optional<URI> of(URI uri) {
        String host = uri.getHost();
        if (isLoopback(host) || isExcepted(host, uri.getPort())) {
            return Optional.empty();
        }
        // In a CGI program, HTTP_PROXY in upper case is set from the request header "Proxy", which is not trusted
        // (httpoxy).
        Optional<String> value = uri.getScheme().equals("https")
                ? variable("https_proxy").or(() -> variable("HTTPS_PROXY"))
                : variable("http_proxy")
                        .or(() ->
                                environment.containsKey("REQUEST_METHOD") ? Optional.empty() : variable("HTTP_PROXY"));
        return value.or(() -> variable("all_proxy"))
                .or(() -> variable("ALL_PROXY"))
                .map(Proxies::parse);
    }

    private static URI parse(String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null && uri.getScheme().equals("http")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // The exception below reports the invalid value.
        }
        throw new InvalidSpecException("the proxy " + Printable.quoted(value.replaceFirst("//[^@/]*@", "//…@"))
                + " of the environment is not http://HOST:PORT");
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private boolean isExcepted(String host, int port) {
        String list = variable("no_proxy").or(() -> variable("NO_PROXY")).orElse("");
        String name = host.toLowerCase(Locale.ROOT);
        for (String entry : list.toLowerCase(Locale.ROOT).split("[, ]+")) {
            String suffix = entry.replaceFirst("^\\*?\\.", "");
            if (entry.equals("*")
                    || !suffix.isEmpty()
                            && (name.equals(suffix)
                                    || name.endsWith("." + suffix)
                                    || (name + ":" + port).equals(suffix))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The sender of the request gets the exception.
    }
}
