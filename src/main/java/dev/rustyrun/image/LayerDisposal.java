package dev.rustyrun.image;

import java.util.List;
import java.util.Set;

/** What else than the store depends on images: unpacked layers, and containers that use them. */
public interface LayerDisposal {

    /** Nothing does. */
    LayerDisposal NONE = new LayerDisposal() {};

    /** Those of {@code images} that containers use, by the digest of their manifest: they are not removed. */
    default Set<Digest> used(List<Digest> images) {
        return Set.of();
    }

    /**
     * Removes unpacked layers that no image needs any more.
     *
     * @param needed the diffIds that images still have; all others can go
     */
    default void retain(Set<Digest> needed) {}
}
