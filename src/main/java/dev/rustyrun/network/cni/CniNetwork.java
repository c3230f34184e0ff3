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
 * A network configuration: a list of plugins, or the older format with a single plugin; CNI SPEC.md, sections 1 and 3.
 *
 * @param whole the complete configuration
 * @param plugins the configurations of the plugins, in the order of ADD
 */
record CniNetwork(ObjectNode whole, List<ObjectNode> plugins) {

    private static final String PORTS = "portMappings";
    /** The version of configurations without cniVersion. */
    private static final String OLDEST = "0.1.0";

    private static final int MAX_PLUGINS = 32;
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,255}");
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\..*");

    CniNetwork {
        plugins = List.copyOf(plugins);
    }

    /**
     * Parses a configuration.
     *
     * @param what names the configuration in messages
     * @throws CniException when it is invalid
     */
    static CniNetwork of(String what, ObjectNode whole) {
        JsonNode list = whole.path("plugins");
        List<ObjectNode> plugins = new ArrayList<>();
        for (JsonNode each : whole.has("plugins") ? list : List.of(whole)) {
            String type = each.path("type").asText("");
            if (!(each instanceof ObjectNode plugin) || !TYPE.matcher(type).matches() || type.startsWith(".")) {
                throw new CniException(what + ": plugins[" + plugins.size() + "].type is not the name of a plugin");
            }
            plugins.add(plugin);
        }
        if (plugins.isEmpty() || plugins.size() > MAX_PLUGINS) {
            throw new CniException(what + ": plugins is not a list of 1 to " + MAX_PLUGINS + " plugins");
        }
        return new CniNetwork(whole, plugins);
    }

    /** The network name in {@code configuration}; empty when it has none. */
    static String nameIn(ObjectNode configuration) {
        return configuration.path("name").asText("");
    }

    /** The name of the network. */
    String name() {
        return nameIn(whole);
    }

    /** The type of the plugin with this number, which is the name of its program. */
    String type(int number) {
        return plugins.get(number).path("type").asText();
    }

    private String version() {
        return whole.path("cniVersion").asText(OLDEST);
    }

    /** Whether a plugin can publish ports. */
    boolean publishes() {
        return plugins.stream().anyMatch(CniNetwork::publishes);
    }

    private static boolean publishes(ObjectNode plugin) {
        return plugin.path("capabilities").path(PORTS).asBoolean(false);
    }

    /** Whether DEL gets the result of ADD as prevResult; since CNI 0.4.0. */
    boolean passesPrevResult() {
        Matcher version = VERSION.matcher(version());
        return version.matches() && (Integer.parseInt(version.group(1)) > 0 || Integer.parseInt(version.group(2)) >= 4);
    }

    /** The request for the plugin with this number; CNI SPEC.md, section 3, "Deriving request configuration". */
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

    /** The text of {@code /etc/resolv.conf} from the dns part of an ADD result; empty when it has none. */
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
