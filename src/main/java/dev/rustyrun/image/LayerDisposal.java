package dev.rustyrun.image;

import java.util.List;
import java.util.Set;

/** Manages dependents of images outside of the store: unpacked layers, and containers that use images. */
public interface LayerDisposal {

    /** For a store without dependents. */
    LayerDisposal NONE = new LayerDisposal() {};

    /** Which of {@code images}, given as manifest digests, are used by containers; they are not removed. */
    default Set<Digest> used(List<Digest> images) {
        return Set.of();
    }

    /**
     * The ids of the containers that use {@code image}, a manifest digest, without those that a service has prepared for
     * later requests.
     */
    default List<String> users(Digest image) {
        return List.of();
    }

    /**
     * Has containers discarded that a service has prepared for later requests, and that use one of {@code images}, given
     * as manifest digests. Waits until that is done, for some seconds at most.
     */
    default void release(List<Digest> images) {}

    /**
     * Removes unpacked layers that no image needs any more.
     *
     * @param needed the diffIds of layers that images still have; all others may be removed
     */
    default void retain(Set<Digest> needed) {}
}
