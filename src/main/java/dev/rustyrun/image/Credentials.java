package dev.rustyrun.image;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The login for a registry.
 *
 * @param identityToken a refresh token, which replaces user and password; empty for none
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

    /** Only the user, so that no secret appears in messages. */
    @Override
    public String toString() {
        return user;
    }
}
