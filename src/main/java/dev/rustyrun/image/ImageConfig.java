package dev.rustyrun.image;

import java.util.List;
import java.util.Map;

/**
 * The configuration of an image: how to run a container of it, and its layers; OCI image-spec, config.md. Missing
 * fields are empty.
 *
 * @param architecture the GOARCH name, such as amd64
 * @param env as {@code NAME=VALUE}
 * @param user as {@code USER[:GROUP]}, names or numbers
 * @param volumes directories that should be on volumes
 * @param stopSignal name or number of the signal that stops the container
 * @param exposedPorts such as {@code 80/tcp}
 * @param diffIds digests of the unpacked layers, the lowest first
 * @param created when the image was made, in RFC 3339 form
 */
public record ImageConfig(
        String os,
        String architecture,
        String variant,
        List<String> entrypoint,
        List<String> cmd,
        List<String> env,
        String user,
        String workingDir,
        List<String> volumes,
        String stopSignal,
        Map<String, String> labels,
        List<String> exposedPorts,
        List<Digest> diffIds,
        String created,
        List<History> history) {

    /** The maximum size of a configuration, in bytes. */
    static final int MAX_BYTES = 8 << 20;

    /**
     * A step of the image's history.
     *
     * @param emptyLayer whether the step changed no file and has no layer
     */
    public record History(String created, String createdBy, String comment, boolean emptyLayer) {}

    /**
     * Parses a configuration.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when it is invalid
     */
    static ImageConfig parse(byte[] json) {
        return of(DocumentField.read("the image's configuration", json));
    }

    static ImageConfig of(DocumentField all) {
        DocumentField config = all.field("config");
        return new ImageConfig(
                all.field("os").textOr(""),
                all.field("architecture").textOr(""),
                all.field("variant").textOr(""),
                config.field("Entrypoint").texts(),
                config.field("Cmd").texts(),
                config.field("Env").texts(),
                config.field("User").textOr(""),
                config.field("WorkingDir").textOr(""),
                config.field("Volumes").names(),
                config.field("StopSignal").textOr(""),
                config.field("Labels").textMap(),
                config.field("ExposedPorts").names(),
                all.field("rootfs").field("diff_ids").elements().stream()
                        .map(DocumentField::digest)
                        .toList(),
                all.field("created").textOr(""),
                all.field("history").elements().stream()
                        .map(step -> new History(
                                step.field("created").textOr(""),
                                step.field("created_by").textOr(""),
                                step.field("comment").textOr(""),
                                step.field("empty_layer").truth()))
                        .toList());
    }
}
