package dev.rustyrun.engine.service;

import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.Policy;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.Resources;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** The configured {@link Policy}. */
@Singleton
public final class Limits {

    private static final BigDecimal MIN_CPUS = new BigDecimal("0.01");
    private static final BigDecimal MIN_SECONDS = new BigDecimal("0.001");
    private static final int MAX_OUTPUT = Integer.MAX_VALUE / 4;

    private final Policy policy;

    Limits(ServeConfig config) {
        this.policy = new Policy(
                sizes("rustyrun.memory", config.memory(), Resources.Memory.MIN_LIMIT, Long.MAX_VALUE),
                range(MIN_CPUS, config.cpus()),
                Policy.Range.of(1, config.pids().defaultValue(), config.pids().max()),
                range(MIN_SECONDS, config.timeout()),
                sizes("rustyrun.output", config.output(), 0, MAX_OUTPUT),
                storage(config.storage()),
                config.allowHostNetwork(),
                config.allowPrivateNetwork(),
                config.allowCniNetworks().orElse(List.of()),
                config.allowedHostsOfContainers().orElse(List.of()),
                config.mounts());
    }

    public Policy policy() {
        return policy;
    }

    private static Policy.Range sizes(String name, ServeConfig.Limits configured, long min, long max) {
        return Policy.Range.of(
                min,
                ByteSize.configured(name + ".default", configured.defaultValue()),
                Math.min(max, ByteSize.configured(name + ".max", configured.max())));
    }

    private static Optional<Policy.Range> storage(ServeConfig.Storage configured) {
        if (configured.defaultValue().or(configured::max).isEmpty()) {
            return Optional.empty();
        }
        long max = configured
                .max()
                .map(size -> ByteSize.configured("rustyrun.storage.max", size))
                .orElse(Long.MAX_VALUE);
        long defaultValue = configured
                .defaultValue()
                .map(size -> ByteSize.configured("rustyrun.storage.default", size))
                .orElse(max);
        return Optional.of(Policy.Range.of(LaunchRequest.MIN_STORAGE, defaultValue, max));
    }

    private static Policy.Range range(BigDecimal min, ServeConfig.Numbers configured) {
        return new Policy.Range(min, configured.defaultValue(), configured.max());
    }
}
