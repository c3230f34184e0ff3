package dev.rustyrun.client;

import java.net.URI;

/**
 * The address of a launch service.
 *
 * @param scheme {@code http}, {@code https} or {@code unix}
 * @param host name or IP address without brackets; {@code localhost} for a unix socket
 * @param port TCP port; 0 for a unix socket
 * @param path path of the unix socket; empty for http and https
 */
public record ServerAddress(String scheme, String host, int port, String path) {

    private static final int HTTPS_PORT = 443;
    private static final int PORT = 8080;
    private static final String UNIX = "unix://";

    /**
     * Parses {@code http://HOST:PORT}, {@code https://HOST:PORT} or {@code unix:///PATH}. The default ports are 8080 for
     * http and 443 for https.
     *
     * @throws ClientException when {@code url} has another form
     */
    public static ServerAddress parse(String url) {
        if (url.startsWith(UNIX)) {
            String path = url.substring(UNIX.length());
            if (!path.startsWith("/")) {
                throw wrong(url);
            }
            return new ServerAddress("unix", "localhost", 0, path);
        }
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw wrong(url);
        }
        boolean bare = uri.getUserInfo() == null
                && uri.getQuery() == null
                && uri.getFragment() == null
                && (uri.getPath() == null || uri.getPath().matches("/?"));
        if (uri.getHost() == null || !bare || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw wrong(url);
        }
        boolean tls = uri.getScheme().equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS_PORT : PORT;
        return new ServerAddress(uri.getScheme(), uri.getHost().replaceAll("[\\[\\]]", ""), port, "");
    }

    private static ClientException wrong(String url) {
        return new ClientException("--host \"" + url + "\" is not http://HOST:PORT, https://HOST:PORT or unix:///PATH");
    }

    boolean isUnix() {
        return scheme.equals("unix");
    }

    /** Whether connections use TLS. */
    public boolean isTls() {
        return scheme.equals("https");
    }

    /** The value of the Host header. */
    String authority() {
        return isUnix() ? host : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return isUnix() ? UNIX + path : scheme + "://" + authority();
    }
}
