package dev.rustyrun.image;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Who asks a registry.
 *
 * @param identityToken what a token is asked for with, in place of the password; empty for none
 */
record Credentials(String user, String password, String identityToken) {

    static final Credentials NONE = new Credentials("", "", "");

    boolean isPresent() {
        return !user.isEmpty() || !identityToken.isEmpty();
    }

    /** As the value of an Authorization header; RFC 7617. */
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing secret in messages. */
    @Override
    public String toString() {
        return user;
    }
}
