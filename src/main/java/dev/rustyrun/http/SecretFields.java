package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.Role;

/**
 * The parts of a launch that may contain secrets: the values of environment variables and the arguments of the
 * command. The role {@code launch} can read both in any container anyway; the role {@code read} sees only the
 * variables' names and the program.
 */
final class SecretFields {

    private SecretFields() {}

    static boolean mayBeSeenBy(Identity caller) {
        return caller.role() != Role.READ;
    }

    /** The same for an image's configuration: only the names of its variables are shown. */
    static ObjectNode hideImage(ObjectNode view, Identity caller) {
        if (!mayBeSeenBy(caller) && view.path("config").path("env") instanceof ArrayNode env) {
            for (int i = 0; i < env.size(); i++) {
                env.set(i, env.get(i).asText().replaceFirst("=.*", ""));
            }
        }
        return view;
    }

    /** Removes them from {@code view}, which is also returned, for callers that may not see them. */
    static ObjectNode hide(ObjectNode view, Identity caller) {
        if (mayBeSeenBy(caller)) {
            return view;
        }
        if (view.path("launch") instanceof ObjectNode launch) {
            if (launch.path("env") instanceof ObjectNode env) {
                env.fieldNames().forEachRemaining(name -> env.putNull(name));
            }
            if (launch.path("command") instanceof ArrayNode command) {
                for (int argument = 1; argument < command.size(); argument++) {
                    command.setNull(argument);
                }
            }
        }
        return view;
    }
}
