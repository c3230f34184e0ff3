package dev.rustyrun.container;

import dev.rustyrun.spec.ContainerException;

/** The container does not exist, or no longer exists. */
public final class NoSuchContainerException extends ContainerException {

    private static final long serialVersionUID = 1L;

    private final String id;

    NoSuchContainerException(String id) {
        super(Kind.NOT_FOUND, "container \"" + id + "\" does not exist");
        this.id = id;
    }

    /** The id that no container has. */
    public String id() {
        return id;
    }
}
