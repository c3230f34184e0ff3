package dev.rustyrun.network;

/**
 * A finished attempt of a container to reach a host.
 *
 * @param host the host as the container has named it
 * @param address the address of the connection; empty when the attempt was refused
 * @param reason why the attempt was refused or failed; empty on success
 * @param sent the bytes sent to the host
 * @param received the bytes received from the host
 */
public record EgressAttempt(String host, int port, String address, String reason, long sent, long received) {

    private static final int MAX_HOST = 300;

    /** Whether the policy has allowed the attempt. */
    boolean isAllowed() {
        return !address.isEmpty();
    }

    /** As a JSON object on one line. */
    public String line(String container) {
        return "{\"event\":\"egress\",\"container\":" + quoted(container) + ",\"host\":" + quoted(host) + ",\"port\":"
                + port
                + ",\"allowed\":" + isAllowed() + ",\"address\":" + quoted(address) + ",\"reason\":"
                + quoted(reason)
                + ",\"sent\":" + sent + ",\"received\":" + received + "}\n";
    }

    /**
     * Quotes a text as JSON. The text may come from the container, so its length is limited and special characters are
     * escaped.
     */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.chars().limit(MAX_HOST).forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c >= ' ' && c <= '~') {
                json.append((char) c);
            } else {
                json.append(String.format("\\u%04x", c));
            }
        });
        return json.append('"').toString();
    }
}
