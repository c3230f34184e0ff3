package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What every launch says, whether it is waited for or not.
 *
 * @param env by name
 * @param memory bytes
 */
@Schema(name = "Launch", description = "What to launch. Unknown fields are refused.")
public record LaunchRequest(
        @Schema(
                required = true,
                examples = "busybox",
                description = "Name of a root file system, as in GET /v1/rootfs.")
        String rootfs,

        @Schema(
                required = true,
                examples = "[\"/bin/echo\", \"hello\"]",
                description = "The program and its arguments.")
        List<String> command,

        @Schema(description = "Environment variables.") Map<String, String> env,

        @Schema(examples = "/", description = "Working directory, made when missing.")
        String workdir,

        @Schema(examples = "0", description = "USER or USER:GROUP, names of the rootfs or numbers.")
        String user,

        @Schema(examples = "rustyrun-container") String hostname,
        @Schema(description = "Keep a small init as PID 1.") boolean init,

        @Schema(description = "Mount the rootfs read-only instead of with a throw-away layer over it.")
        boolean readOnly,

        @Schema(description = "Empty file systems in memory, by where they are.")
        List<String> tmpfs,

        @Schema(description = "Configured directories to mount.")
        List<MountRequest> mounts,

        @Schema(
                enumeration = {"none", "host"},
                defaultValue = "none",
                description = "host only where configured.")
        String network,

        @Schema(examples = "[\"all\"]", description = "Capabilities to take away, or all.")
        List<String> dropCapabilities,

        @Schema(implementation = String.class, examples = "64m", description = "The most memory: bytes, or a size.")
        Optional<Long> memory,

        @Schema(
                implementation = BigDecimal.class,
                examples = "0.5",
                description = "The most processor time, in processors.")
        Optional<BigDecimal> cpus,

        @Schema(implementation = Long.class, examples = "64", description = "The most processes and threads.")
        Optional<Long> pids,

        @Schema(implementation = BigDecimal.class, examples = "10", description = "Kill it after this time.")
        Optional<BigDecimal> timeoutSeconds) {

    /**
     * A configured directory to mount.
     *
     * @param source its configured name
     * @param target absolute path inside
     */
    @Schema(name = "Mount")
    public record MountRequest(String source, String target, boolean readOnly) {

        private static MountRequest read(JsonRequest json) {
            MountRequest mount =
                    new MountRequest(json.requiredText("source"), json.requiredText("target"), json.flag("readOnly"));
            json.end();
            return mount;
        }
    }

    /** Reads {@code json}, which was written by {@link #json}. */
    static LaunchRequest of(ObjectNode json) {
        return read(JsonRequest.of(json));
    }

    /** Reads these fields of {@code json}; others may follow. */
    static LaunchRequest read(JsonRequest json) {
        String rootfs = json.requiredText("rootfs");
        List<String> command = json.command();
        return new LaunchRequest(
                rootfs,
                command,
                json.map("env"),
                json.text("workdir").orElse("/"),
                json.text("user").orElse("0"),
                json.text("hostname").orElse(""),
                json.flag("init"),
                json.flag("readOnly"),
                json.texts("tmpfs"),
                json.objects("mounts").stream().map(MountRequest::read).toList(),
                json.text("network").orElse("none"),
                json.texts("dropCapabilities"),
                json.size("memory"),
                json.number("cpus"),
                json.whole("pids"),
                json.number("timeoutSeconds"));
    }

    /** The same with these limits. */
    LaunchRequest limitedTo(long newMemory, BigDecimal newCpus, long newPids, BigDecimal newTimeoutSeconds) {
        return new LaunchRequest(
                rootfs,
                command,
                env,
                workdir,
                user,
                hostname,
                init,
                readOnly,
                tmpfs,
                mounts,
                network,
                dropCapabilities,
                Optional.of(newMemory),
                Optional.of(newCpus),
                Optional.of(newPids),
                Optional.of(newTimeoutSeconds));
    }

    /** The same with this root file system and these mounts. */
    LaunchRequest at(String newRootfs, List<MountRequest> newMounts) {
        return new LaunchRequest(
                newRootfs,
                command,
                env,
                workdir,
                user,
                hostname,
                init,
                readOnly,
                tmpfs,
                newMounts,
                network,
                dropCapabilities,
                memory,
                cpus,
                pids,
                timeoutSeconds);
    }

    /** As {@link #read} takes it. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("rootfs", rootfs);
        command.forEach(json.putArray("command")::add);
        ObjectNode variables = json.putObject("env");
        env.forEach(variables::put);
        json.put("workdir", workdir)
                .put("user", user)
                .put("hostname", hostname)
                .put("init", init)
                .put("readOnly", readOnly)
                .put("network", network);
        tmpfs.forEach(json.putArray("tmpfs")::add);
        var list = json.putArray("mounts");
        mounts.forEach(mount -> list.addObject()
                .put("source", mount.source())
                .put("target", mount.target())
                .put("readOnly", mount.readOnly()));
        dropCapabilities.forEach(json.putArray("dropCapabilities")::add);
        memory.ifPresent(value -> json.put("memory", value));
        cpus.ifPresent(value -> json.put("cpus", value));
        pids.ifPresent(value -> json.put("pids", value));
        timeoutSeconds.ifPresent(value -> json.put("timeoutSeconds", value));
        return json;
    }
}
