package dev.rustyrun.network.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network configuration: a list of plugins, or the older form with a single one; CNI's SPEC.md, sections 1 and 3.
 *
 * @param whole as it was read
 * @param plugins the configurations of its plugins, in the order of ADD
 */
record CniNetwork(ObjectNode whole, List<ObjectNode> plugins) {

    private static final String PORTS = "portMappings";
    /** Whose configurations have no version. */
    private static final String OLDEST = "0.1.0";

    private static final int MAX_PLUGINS = 32;
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,255}");
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\..*");

    CniNetwork {
        plugins = List.copyOf(plugins);
    }

    /**
     * Reads it.
     *
     * @param what it is, for the message
     * @throws CniException when it is no network configuration
     */
    static CniNetwork of(String what, ObjectNode whole) {
        JsonNode list = whole.path("plugins");
        List<ObjectNode> plugins = new ArrayList<>();
        for (JsonNode each : whole.has("plugins") ? list : List.of(whole)) {
            String type = each.path("type").asText("");
            if (!(each instanceof ObjectNode plugin) || !TYPE.matcher(type).matches() || type.startsWith(".")) {
                throw new CniException(what + ": plugins[" + plugins.size() + "].type names no plugin");
            }
            plugins.add(plugin);
        }
        if (plugins.isEmpty() || plugins.size() > MAX_PLUGINS) {
            throw new CniException(what + ": plugins is no list of 1 to " + MAX_PLUGINS + " plugins");
        }
        return new CniNetwork(whole, plugins);
    }

    /** The name that {@code configuration} says; empty when it says none. */
    static String nameIn(ObjectNode configuration) {
        return configuration.path("name").asText("");
    }

    /** Its name. */
    String name() {
        return nameIn(whole);
    }

    /** The program of the plugin with this number. */
    String type(int number) {
        return plugins.get(number).path("type").asText();
    }

    private String version() {
        return whole.path("cniVersion").asText(OLDEST);
    }

    /** Whether a plugin lets ports of the host lead into the container. */
    boolean publishes() {
        return plugins.stream().anyMatch(CniNetwork::publishes);
    }

    private static boolean publishes(ObjectNode plugin) {
        return plugin.path("capabilities").path(PORTS).asBoolean(false);
    }

    /** Whether DEL is given the result of ADD: since 0.4.0. */
    boolean remembers() {
        Matcher version = VERSION.matcher(version());
        return version.matches() && (Integer.parseInt(version.group(1)) > 0 || Integer.parseInt(version.group(2)) >= 4);
    }

    /** What the plugin with this number reads; SPEC.md, section 3, "Deriving request configuration". */
    String request(int number, List<PublishedPort> ports, Optional<ObjectNode> previous) {
        ObjectNode plugin = plugins.get(number);
        ObjectNode request = plugin.deepCopy();
        request.remove(List.of("capabilities", "runtimeConfig", "prevResult"));
        request.put("cniVersion", version()).put("name", name());
        if (publishes(plugin) && !ports.isEmpty()) {
            ArrayNode mappings = request.putObject("runtimeConfig").putArray(PORTS);
            for (PublishedPort port : ports) {
                ObjectNode mapping = mappings.addObject()
                        .put("hostPort", port.host())
                        .put("containerPort", port.container())
                        .put("protocol", port.isUdp() ? "udp" : "tcp");
                if (!port.address().isEmpty()) {
                    mapping.put("hostIP", port.address());
                }
            }
        }
        previous.ifPresent(result -> request.set("prevResult", result));
        return request.toString();
    }

    /** The text of {@code /etc/resolv.conf} that the result of ADD asks for; empty when it says nothing. */
    static String resolvers(ObjectNode result) {
        JsonNode dns = result.path("dns");
        StringBuilder text = new StringBuilder();
        CniJson.texts(dns.path("nameservers"), 3, address -> address.matches("[0-9a-fA-F:.]{2,45}"))
                .forEach(address -> text.append("nameserver ").append(address).append('\n'));
        List<String> search = CniJson.texts(dns.path("search"), 6, name -> name.matches("[A-Za-z0-9_.-]{1,253}"));
        if (!search.isEmpty()) {
            text.append("search ").append(String.join(" ", search)).append('\n');
        }
        List<String> options = CniJson.texts(dns.path("options"), 8, word -> word.matches("[A-Za-z0-9:_-]{1,64}"));
        if (!options.isEmpty()) {
            text.append("options ").append(String.join(" ", options)).append('\n');
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return Printable.quoted(name());
    }
}
