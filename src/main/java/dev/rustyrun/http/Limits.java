package dev.rustyrun.http;

import dev.rustyrun.spec.Resources;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.Optional;

/** What launches may use: what a request asks for, or else the configured default, and never more than the maximum. */
@Singleton
final class Limits {

    private static final long PERIOD_MICROS = 100_000;
    private static final BigDecimal LEAST_CPUS = new BigDecimal("0.01");

    private final ServeConfig config;
    private final long memoryUsual;
    private final long memoryMax;
    private final long outputUsual;
    private final long outputMax;

    Limits(ServeConfig config) {
        this.config = config;
        memoryUsual =
                ByteSize.configured("rustyrun.memory.default", config.memory().usual());
        memoryMax = ByteSize.configured("rustyrun.memory.max", config.memory().max());
        outputUsual =
                ByteSize.configured("rustyrun.output.default", config.output().usual());
        outputMax = Math.min(
                Integer.MAX_VALUE / 4,
                ByteSize.configured("rustyrun.output.max", config.output().max()));
    }

    /** {@code request} with every limit said. */
    LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        long memory = within("memory", request.memory(), memoryUsual, Resources.Memory.MIN_LIMIT, memoryMax);
        long pids = within(
                "pids", request.pids(), config.pids().usual(), 1, config.pids().max());
        BigDecimal cpus = within("cpus", request.cpus(), config.cpus(), LEAST_CPUS);
        return request.limitedTo(memory, cpus, pids, BigDecimal.valueOf(timeoutMillis, 3));
    }

    /** The cgroup's limits for a request that says them all. */
    static Resources resources(LaunchRequest resolved) {
        return resources(
                resolved.memory().orElseThrow(),
                resolved.pids().orElseThrow(),
                resolved.cpus().orElseThrow());
    }

    /** The cgroup's limits for a request that says nothing about them. */
    Resources usual() {
        return resources(
                Math.min(memoryUsual, memoryMax),
                Math.min(config.pids().usual(), config.pids().max()),
                config.cpus().usual().min(config.cpus().max()));
    }

    private static Resources resources(long memory, long pids, BigDecimal cpus) {
        return Resources.none()
                .withMemory(Resources.Memory.NONE.withLimit(memory))
                .withPids(pids)
                .withCpu(Resources.Cpu.NONE.withQuota(
                        cpus.multiply(BigDecimal.valueOf(PERIOD_MICROS)).longValue(), PERIOD_MICROS));
    }

    /** The time allowed to a launch that is waited for, in milliseconds. */
    long timeoutMillis(LaunchRequest request) {
        return timeoutMillis(request.timeoutSeconds());
    }

    /** The same for one that asks for {@code timeoutSeconds}. */
    long timeoutMillis(Optional<BigDecimal> timeoutSeconds) {
        return within("timeoutSeconds", timeoutSeconds, config.timeout(), new BigDecimal("0.001"))
                .movePointRight(3)
                .longValue();
    }

    /** The same for what may take long, as a container that nobody waits for: if it says nothing, the most. */
    long longestTimeoutMillis(Optional<BigDecimal> timeoutSeconds) {
        return timeoutMillis(
                timeoutSeconds.or(() -> Optional.of(config.timeout().max())));
    }

    /** The bytes of each output to keep that {@code json} asks for in {@code field}. */
    int output(JsonRequest json, String field) {
        return (int) within(field, json.size(field), outputUsual, 0, outputMax);
    }

    private static long within(String field, Optional<Long> asked, long usual, long least, long most) {
        long value = asked.orElse(Math.min(usual, most));
        if (value < least || value > most) {
            throw Problem.field(
                            "/" + field,
                            field + " " + value + " is not from " + least + " to " + most
                                    + ", the most that this service allows")
                    .exception();
        }
        return value;
    }

    private static BigDecimal within(
            String field, Optional<BigDecimal> asked, ServeConfig.Numbers configured, BigDecimal least) {
        BigDecimal value = asked.orElse(configured.usual().min(configured.max()));
        if (value.compareTo(least) < 0 || value.compareTo(configured.max()) > 0) {
            throw Problem.field(
                            "/" + field,
                            field + " " + value + " is not from " + least + " to " + configured.max()
                                    + ", the most that this service allows")
                    .exception();
        }
        return value;
    }
}
