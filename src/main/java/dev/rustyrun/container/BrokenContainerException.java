package dev.rustyrun.container;

/** There is a container of this id, but what is written down about it cannot be used. */
public final class BrokenContainerException extends ContainerException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    BrokenContainerException(String id, String reason) {
        super(
                Kind.CONFLICT,
                "container \"" + id + "\" is broken: " + reason + "; delete --force ends its processes and removes it");
        this.reason = reason;
    }

    /** What is wrong. */
    String reason() {
        return reason;
    }
}
