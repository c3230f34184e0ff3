package dev.rustyrun.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.JsonFault;
import java.util.Set;

/**
 * The long form of the field {@code network} of a launch: an object with all that concerns the network, which has the same meaning
 * as the fields {@code network}, {@code allow} and {@code publish} side by side.
 */
final class NetworkObject {

    private static final String NETWORK = "network";
    private static final String MODE = "mode";
    private static final Set<String> MEMBERS = Set.of(MODE, "allow", "publish");

    private NetworkObject() {}

    /**
     * The request with the members of that object as its own fields; the same request if {@code network} is not an object.
     *
     * @throws FieldException when the object has an unknown member, or one that the request has, too
     */
    static JsonNode spread(JsonNode request) {
        if (!(request.get(NETWORK) instanceof ObjectNode network)) {
            return request;
        }
        ObjectNode spread = request.deepCopy();
        spread.remove(NETWORK);
        network.properties().forEach(member -> {
            String name = member.getKey();
            if (!MEMBERS.contains(name)) {
                throw FieldException.at(
                        JsonFault.shown("/network/" + RequestJson.escape(name)),
                        JsonFault.quoted(name) + " is not a field of network" + Suggestion.of(name, MEMBERS));
            }
            String field = name.equals(MODE) ? NETWORK : name;
            if (spread.has(field)) {
                throw FieldException.at(
                        "/" + field, field + " is given twice: in the object network, and as a field of its own");
            }
            spread.set(field, member.getValue());
        });
        return spread;
    }
}
