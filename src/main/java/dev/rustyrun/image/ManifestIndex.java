package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Map;

/** A list of manifests by platform: an OCI image index or Docker's manifest list; OCI image-spec, image-index.md. */
record ManifestIndex(List<Entry> entries) {

    static final String OCI = "application/vnd.oci.image.index.v1+json";
    static final String DOCKER = "application/vnd.docker.distribution.manifest.list.v2+json";

    private static final int MAX_ENTRIES = 1000;

    /** A manifest, or another index. */
    record Entry(Descriptor manifest, Platform platform, Map<String, String> annotations) {

        /** Whether it is an image, and not an attestation or signature. */
        boolean isImage() {
            return !platform.os().equals("unknown");
        }

        boolean isIndex() {
            return manifest.mediaType().equals(OCI) || manifest.mediaType().equals(DOCKER);
        }
    }

    /** Whether a document is an index. */
    static boolean isIndex(String what, byte[] json) {
        return DocumentField.read(what, json).field("manifests").isPresent();
    }

    static ManifestIndex parse(String what, byte[] json) {
        DocumentField all = DocumentField.read(what, json);
        List<DocumentField> manifests = all.field("manifests").elements();
        if (manifests.size() > MAX_ENTRIES) {
            throw all.wrong("has " + manifests.size() + " entries; the maximum is " + MAX_ENTRIES);
        }
        return new ManifestIndex(manifests.stream().map(ManifestIndex::entry).toList());
    }

    private static Entry entry(DocumentField field) {
        DocumentField platform = field.field("platform");
        return new Entry(
                Descriptor.of(field),
                new Platform(
                        platform.field("os").textOr(""),
                        platform.field("architecture").textOr(""),
                        platform.field("variant").textOr("")),
                field.field("annotations").textMap());
    }

    /**
     * The manifest for a platform. A single manifest without a platform is accepted.
     *
     * @throws InvalidSpecException when the index has none for this platform
     */
    Descriptor select(String what, Platform wanted) {
        for (Entry entry : entries) {
            if (wanted.accepts(entry.platform())) {
                return entry.manifest();
            }
        }
        if (entries.size() == 1 && entries.get(0).platform().os().isEmpty()) {
            return entries.get(0).manifest();
        }
        List<String> others = entries.stream()
                .filter(Entry::isImage)
                .map(entry -> entry.platform().toString())
                .distinct()
                .toList();
        if (others.isEmpty()) {
            throw new InvalidSpecException(what + " lists no image, for any platform");
        }
        throw new InvalidSpecException(what + " has no image for " + wanted + ", only for " + String.join(", ", others)
                + "; choose one with --platform");
    }
}
