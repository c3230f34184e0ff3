package dev.rustyrun.image;

/**
 * A reference to a blob in a document; OCI image-spec, descriptor.md.
 *
 * @param size in bytes
 */
record Descriptor(String mediaType, Digest digest, long size) {

    static Descriptor of(DocumentField field) {
        return new Descriptor(
                field.field("mediaType").textOr(""),
                field.field("digest").digest(),
                field.field("size").size());
    }
}
