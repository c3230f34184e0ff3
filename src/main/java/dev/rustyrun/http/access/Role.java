package dev.rustyrun.http.access;

import java.util.Locale;
import java.util.Optional;

/** What a caller may do. Each role includes the roles before it. */
public enum Role {
    /** Read everything except the content of containers. */
    READ,
    /** Launch, and do everything with containers. */
    LAUNCH,
    /** Remove what other users of the service have left, and manage images. */
    ADMIN;

    /** The role with this name. */
    static Optional<Role> named(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** The role's name in a token file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this role includes {@code needed}. */
    boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }
}
