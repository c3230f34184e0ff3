package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import java.util.List;

/**
 * The manifest of an image for one platform: an OCI image manifest or Docker's schema 2, which differ only in their
 * media types; OCI image-spec, manifest.md.
 *
 * @param layers the lowest first
 */
record Manifest(String mediaType, Descriptor config, List<Descriptor> layers) {

    /** The maximum size of a manifest, in bytes. */
    static final int MAX_BYTES = 4 << 20;

    static final String OCI = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
    static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

    private static final int MAX_LAYERS = 1000;

    /**
     * Parses a manifest.
     *
     * @param what names the document in messages
     * @param served the media type from the registry; the document's own takes precedence
     * @throws dev.rustyrun.spec.InvalidSpecException when it is invalid, or not the manifest of a container image
     */
    static Manifest parse(String what, String served, byte[] json) {
        DocumentField all = DocumentField.read(what, json);
        if (all.field("schemaVersion").node().asInt() == 1) {
            throw all.wrong("is of schema version 1, which is no longer used; push the image again");
        }
        if (all.field("manifests").isPresent()) {
            throw all.wrong("is a list of manifests where one manifest is expected");
        }
        String type = all.field("mediaType").textOr(served.isEmpty() ? OCI : served);
        Descriptor config = Descriptor.of(all.field("config"));
        if (!config.mediaType().isEmpty()
                && !config.mediaType().equals(OCI_CONFIG)
                && !config.mediaType().equals(DOCKER_CONFIG)) {
            throw all.wrong("describes an artifact and not an image: its configuration has the type "
                    + Printable.shown(config.mediaType()));
        }
        if (config.size() > ImageConfig.MAX_BYTES) {
            throw all.wrong(
                    "has a configuration of " + config.size() + " bytes; the maximum is " + ImageConfig.MAX_BYTES);
        }
        List<DocumentField> layers = all.field("layers").elements();
        if (layers.size() > MAX_LAYERS) {
            throw all.wrong("has " + layers.size() + " layers; the maximum is " + MAX_LAYERS);
        }
        return new Manifest(type, config, layers.stream().map(Manifest::layer).toList());
    }

    private static Descriptor layer(DocumentField field) {
        Descriptor layer = Descriptor.of(field);
        if (layer.mediaType().contains("foreign") || layer.mediaType().contains("encrypted")) {
            throw field.wrong("is of the type " + Printable.shown(layer.mediaType())
                    + ", which is not stored in registries, or is encrypted");
        }
        return layer;
    }
}
