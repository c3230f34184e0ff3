package dev.rustyrun.container;

import dev.rustyrun.spec.ContainerException;

/** A container with this id exists, but its stored state cannot be used. */
public final class BrokenContainerException extends ContainerException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    BrokenContainerException(String id, String reason) {
        super(
                Kind.CONFLICT,
                "container \"" + id + "\" is broken: " + reason + "; delete --force ends its processes and removes it");
        this.reason = reason;
    }

    /** What is wrong with the stored state. */
    String reason() {
        return reason;
    }
}
