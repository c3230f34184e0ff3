package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.Role;

/**
 * Hides the parts of a launch that may contain secrets: the values of environment variables and the command's
 * arguments. The role {@code launch} can read both in any container anyway; the role {@code read} sees only the
 * variables' names and the program.
 */
final class SecretFields {

    private SecretFields() {}

    static boolean mayBeSeenBy(Identity caller) {
        return caller.role() != Role.READ;
    }

    /** Hides the variables' values in an image's configuration from callers that may not see them. */
    static ObjectNode hideImage(ObjectNode view, Identity caller) {
        if (!mayBeSeenBy(caller) && view.path("config").path("env") instanceof ArrayNode env) {
            for (int i = 0; i < env.size(); i++) {
                env.set(i, env.get(i).asText().replaceFirst("=.*", ""));
            }
        }
        return view;
    }

    /** Removes the secret parts from {@code view} for callers that may not see them; returns {@code view}. */
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
