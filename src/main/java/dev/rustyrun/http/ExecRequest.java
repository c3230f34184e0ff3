package dev.rustyrun.http;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of {@code POST /v1/containers/{id}/exec}.
 *
 * @param env by name
 * @param stdin the command's whole input
 * @param maxOutput bytes of each output to keep
 */
@Schema(name = "Exec", description = "A further command for a container. Unknown fields are refused.")
public record ExecRequest(
        @Schema(required = true, examples = "[\"/bin/ps\"]", description = "The program and its arguments.")
        List<String> command,

        @Schema(description = "Environment variables besides the container's, or instead of those of the same name.")
        Map<String, String> env,

        @Schema(implementation = String.class, description = "Working directory; the container's if not said.")
        Optional<String> workdir,

        @Schema(implementation = String.class, description = "USER or USER:GROUP; the container's if not said.")
        Optional<String> user,

        @Schema(implementation = String.class, description = "All of its input; or stdinBase64.")
        byte[] stdin,

        @Schema(
                implementation = BigDecimal.class,
                examples = "10",
                description = "Kill it, and all that it has started, after this time.")
        long timeoutMillis,

        @Schema(implementation = String.class, examples = "64k", description = "The most of each output to keep.")
        int maxOutput) {

    /**
     * Reads {@code body}.
     *
     * @throws ProblemException for the first thing that is wrong
     */
    static ExecRequest read(byte[] body, Limits limits) {
        JsonRequest json = JsonRequest.parse(body);
        ExecRequest request = read(
                json,
                RunRequest.stdin(json),
                limits.timeoutMillis(json.number("timeoutSeconds")),
                limits.output(json, "maxOutput"));
        json.end();
        return request;
    }

    /** Reads the fields of {@code json} that say what to run; others may follow. */
    static ExecRequest read(JsonRequest json, byte[] stdin, long timeoutMillis, int maxOutput) {
        return new ExecRequest(
                json.command(),
                json.map("env"),
                json.text("workdir"),
                json.text("user"),
                stdin,
                timeoutMillis,
                maxOutput);
    }

    /** The launch of {@code container} with this command as its own. */
    LaunchRequest in(LaunchRequest container) {
        Map<String, String> all = new LinkedHashMap<>(container.env());
        all.putAll(env);
        return new LaunchRequest(
                container.rootfs(),
                command,
                all,
                workdir.orElse(container.workdir()),
                user.orElse(container.user()),
                container.hostname(),
                false,
                container.readOnly(),
                container.tmpfs(),
                container.mounts(),
                container.network(),
                container.dropCapabilities(),
                container.memory(),
                container.cpus(),
                container.pids(),
                container.timeoutSeconds());
    }
}
