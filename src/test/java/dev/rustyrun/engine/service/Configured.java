package dev.rustyrun.engine.service;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A configuration for tests without Quarkus: the default limits. */
public final class Configured {

    private Configured() {}

    public static ServeConfig with(Path rootfsFolder, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.ofEntries(
                Map.entry("rustyrun.memory.default", "256m"),
                Map.entry("rustyrun.memory.max", "2g"),
                Map.entry("rustyrun.output.default", "1m"),
                Map.entry("rustyrun.output.max", "16m"),
                Map.entry("rustyrun.pids.default", "256"),
                Map.entry("rustyrun.pids.max", "4096"),
                Map.entry("rustyrun.cpus.default", "1"),
                Map.entry("rustyrun.cpus.max", "64"),
                Map.entry("rustyrun.timeout-seconds.default", "60"),
                Map.entry("rustyrun.timeout-seconds.max", "3600"),
                Map.entry("rustyrun.rootfs-folder", rootfsFolder.toString())));
        all.putAll(more);
        return new SmallRyeConfigBuilder()
                .withMapping(ServeConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build()
                .getConfigMapping(ServeConfig.class);
    }
}
