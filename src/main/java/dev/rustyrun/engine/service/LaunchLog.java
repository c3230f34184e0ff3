package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.ContainerFolder;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** Logs a line for each launch that has ended. In the JSON log format, the values are fields below {@code mdc}. */
final class LaunchLog {

    private static final Logger LOG = Logger.getLogger("rustyrun.launch");

    private static final Logger EGRESS = Logger.getLogger("rustyrun.egress");

    private LaunchLog() {}

    static void ended(String id, String rootfs, String reason, int exitCode, long millis) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        try {
            MDC.put("container", id);
            MDC.put("rootfs", rootfs);
            MDC.put("reason", reason);
            MDC.put("exitCode", exitCode);
            MDC.put("ms", millis);
            LOG.info("container " + id + " of " + rootfs + " " + reason + ", exit code " + exitCode + ", " + millis
                    + " ms");
        } finally {
            MDC.remove("container");
            MDC.remove("rootfs");
            MDC.remove("reason");
            MDC.remove("exitCode");
            MDC.remove("ms");
        }
    }

    /** Logs an event of a container's egress proxy without changes. */
    static void attempted(ObjectNode line) {
        EGRESS.info(line.toString());
    }

    /** Logs the end of a container in the background. */
    static void ended(ContainerFolder folder) {
        try {
            folder.result()
                    .ifPresent(result -> ended(
                            folder.id(),
                            folder.description()
                                    .map(json -> json.path("launch"))
                                    .map(launch -> launch.path("rootfs")
                                            .asText(launch.path("image").asText()))
                                    .orElse(""),
                            result.path("reason").asText(),
                            result.path("exitCode").asInt(),
                            result.path("wallMicros").asLong() / 1000));
        } catch (java.io.UncheckedIOException deleted) {
            LOG.infof("container %s has ended; its result is lost", folder.id());
        }
    }
}
