package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.Resources;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The limits of a service for its callers: the maximum, and the default for requests that do not set a value.
 *
 * @param memory bytes
 * @param cpus processors
 * @param pids processes and threads
 * @param timeout seconds
 * @param output bytes to keep of an output
 * @param storage bytes of a layer on disk; empty for no limit
 * @param allowsHostNetwork whether a container may use the host's network
 * @param allowsPrivateNetwork whether a container may use a private network, which has internet access
 * @param cniNetworks the names of the CNI networks that a container may use
 * @param allowedHosts the hosts that a request may allow a container to reach
 * @param mounts host paths of the directories that may be mounted, by name
 */
public record Policy(
        Range memory,
        Range cpus,
        Range pids,
        Range timeout,
        Range output,
        Optional<Range> storage,
        boolean allowsHostNetwork,
        boolean allowsPrivateNetwork,
        List<String> cniNetworks,
        List<String> allowedHosts,
        Map<String, String> mounts) {

    /**
     * The tmpfs options that are safe for all callers: the memory of a tmpfs counts towards the container's own limit.
     */
    private static final Pattern TMPFS_OPTION =
            Pattern.compile("(size|mode|nr_inodes|uid|gid)=[0-9]{1,15}[kKmMgG%]?|ro|rw|noexec|nosuid|nodev|noatime");

    /**
     * The range of a limit.
     *
     * @param defaultValue the value for requests that do not set one
     */
    public record Range(BigDecimal min, BigDecimal defaultValue, BigDecimal max) {

        /** A range of whole numbers. */
        public static Range of(long min, long defaultValue, long max) {
            return new Range(BigDecimal.valueOf(min), BigDecimal.valueOf(defaultValue), BigDecimal.valueOf(max));
        }

        /** The default, but at most the maximum. */
        public BigDecimal effectiveDefault() {
            return defaultValue.min(max);
        }

        private BigDecimal within(String field, Optional<? extends Number> asked) {
            return within(field, asked, BigDecimal::toString);
        }

        private BigDecimal sizeWithin(String field, Optional<Long> asked) {
            return within(field, asked, size -> ByteSize.text(size.longValue()));
        }

        /** @param shown writes a value as callers do */
        private BigDecimal within(String field, Optional<? extends Number> asked, Function<BigDecimal, String> shown) {
            BigDecimal value = asked.map(number ->
                            number instanceof BigDecimal exact ? exact : BigDecimal.valueOf(number.longValue()))
                    .orElseGet(this::effectiveDefault);
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                throw FieldException.at(
                        "/" + field,
                        field + " " + shown.apply(value) + " is not in the range " + shown.apply(min) + " to "
                                + shown.apply(max) + " that this service allows");
            }
            return value;
        }
    }

    /**
     * Applies this policy to {@code request}: sets every limit and replaces mount names by host paths.
     *
     * @param timeoutMillis the timeout
     * @throws FieldException for the first field with a forbidden value
     */
    public LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        LaunchRequest limited = request.limitedTo(
                memory.sizeWithin("memory", request.memory()).longValue(),
                cpus.within("cpus", request.cpus()),
                pids.within("pids", request.pids()).longValue(),
                BigDecimal.valueOf(timeoutMillis, 3));
        switch (request.network()) {
            case "none" -> {}
            case "host" -> allow("host", allowsHostNetwork);
            case ConnectedNetwork.WORD -> allow(ConnectedNetwork.WORD, allowsPrivateNetwork);
            default -> allowCni(request.network());
        }
        allowed(request.allowed());
        request.tmpfs().forEach(Policy::checkTmpfs);
        return limited.with(request.mounts().stream().map(this::resolve).toList());
    }

    /**
     * Limits the size of the container's layer on disk, if the service has such a limit.
     *
     * @throws FieldException when the request exceeds the maximum
     */
    public LaunchRequest onDisk(LaunchRequest request) {
        return storage.map(range -> request.storing(
                        range.sizeWithin("storageSize", request.storageSize()).longValue()))
                .orElse(request);
    }

    /** The cgroup limits of a launch that does not set any. */
    public Resources defaultResources() {
        return resolve(new LaunchRequest(), timeoutMillis(Optional.empty())).resources();
    }

    /**
     * Checks that the service allows a container to reach these hosts, and returns them.
     *
     * @throws FieldException for the first host that is not allowed
     */
    public List<String> allowed(List<String> hosts) {
        EgressPolicy.of(allowedHosts).firstBeyond(hosts).ifPresent(host -> {
            throw FieldException.at("/allow", "allow \"" + host + "\" is not allowed by this service's configuration");
        });
        return hosts;
    }

    private void allowCni(String network) {
        if (!ConnectedNetwork.isWord(network)) {
            throw FieldException.at(
                    "/network", "network \"" + network + "\" is neither none, private, cni:NAME nor host");
        }
        allow(network, cniNetworks.contains(network.substring(ConnectedNetwork.CNI.length())));
    }

    private static void allow(String network, boolean allowed) {
        if (!allowed) {
            throw FieldException.at(
                    "/network", "network " + network + " is not allowed by this service's configuration");
        }
    }

    private static void checkTmpfs(String text) {
        String[] parts = text.split(":", 2);
        for (String option : parts.length == 2 ? List.of(parts[1].split(",")) : List.<String>of()) {
            if (!TMPFS_OPTION.matcher(option).matches()) {
                throw FieldException.at(
                        "/tmpfs",
                        "tmpfs \"" + text
                                + "\": a service accepts only the options size, mode, nr_inodes, uid, gid, ro, rw, noexec,"
                                + " nosuid, nodev and noatime, not \"" + option + "\"");
            }
        }
    }

    private Volume resolve(Volume volume) {
        String path = mounts.get(volume.source());
        if (path == null) {
            throw FieldException.at(
                    "/mounts",
                    "mounts: this service is not configured to mount \"" + volume.source() + "\"; it mounts "
                            + (mounts.isEmpty() ? "nothing" : mounts.keySet()));
        }
        return volume.from(path);
    }

    /** The timeout in milliseconds of a request whose caller waits. */
    public long timeoutMillis(Optional<BigDecimal> seconds) {
        return timeout.within("timeoutSeconds", seconds).movePointRight(3).longValue();
    }

    /**
     * The timeout in milliseconds of a launch that may run long, such as a container in the background; the default is
     * the maximum.
     */
    public long longestTimeoutMillis(Optional<BigDecimal> seconds) {
        return timeoutMillis(seconds.or(() -> Optional.of(timeout.max())));
    }

    /** The number of output bytes to keep, for a requested {@code size} in {@code field}. */
    public int output(String field, Optional<Long> size) {
        return output.sizeWithin(field, size).intValueExact();
    }
}
