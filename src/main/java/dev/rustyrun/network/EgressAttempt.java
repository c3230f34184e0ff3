package dev.rustyrun.network;

/**
 * An attempt of a container to reach a host, when it is over.
 *
 * @param host as the container has named it
 * @param address to which it was connected; empty when it was refused
 * @param reason why it was refused or failed; empty when it was connected
 * @param sent bytes to the host
 * @param received bytes from it
 */
public record EgressAttempt(String host, int port, String address, String reason, long sent, long received) {

    private static final int MAX_HOST = 300;

    /** Whether the policy has allowed it. */
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

    /** What the container has sent may be anything. */
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
