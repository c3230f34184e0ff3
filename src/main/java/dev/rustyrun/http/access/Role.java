package dev.rustyrun.http.access;

import java.util.Locale;
import java.util.Optional;

/** What the holder of a token may do; each role may also do what those before it may. */
public enum Role {
    /** Look at everything but what is in containers. */
    READ,
    /** Launch, and do anything with containers. */
    LAUNCH,
    /** Clean up behind all users of the service. */
    ADMIN;

    /** The role that {@code word} names. */
    static Optional<Role> named(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** Its name in a token file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this role may do what {@code needed} may. */
    boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }
}
