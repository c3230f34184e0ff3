package dev.rustyrun.container;

/** There is no container of this id, or no longer. */
public final class NoSuchContainerException extends ContainerException {

    private static final long serialVersionUID = 1L;

    NoSuchContainerException(String id) {
        super(Kind.NOT_FOUND, "container \"" + id + "\" does not exist");
    }
}
