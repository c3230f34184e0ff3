package dev.rustyrun.container;

import dev.rustyrun.spec.InvalidSpecException;

/** There is no container of this id, or no longer. */
public final class NoSuchContainerException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    NoSuchContainerException(String id) {
        super("container \"" + id + "\" does not exist");
    }
}
