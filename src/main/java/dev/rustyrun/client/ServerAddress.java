package dev.rustyrun.client;

import java.net.URI;

/**
 * Where a launch service is.
 *
 * @param scheme {@code http}, {@code https} or {@code unix}
 * @param host of http and https, without brackets
 * @param path of the unix socket
 */
public record ServerAddress(String scheme, String host, int port, String path) {

    private static final int HTTPS_PORT = 443;
    private static final int PORT = 8080;
    private static final String UNIX = "unix://";

    /**
     * Reads a URL.
     *
     * @throws ClientException when it is none of ours
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

    /** Whether it is spoken to by TLS. */
    public boolean isTls() {
        return scheme.equals("https");
    }

    /** What the header Host says. */
    String authority() {
        return isUnix() ? host : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return isUnix() ? UNIX + path : scheme + "://" + authority();
    }
}
