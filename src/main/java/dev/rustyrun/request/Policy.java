package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.Resources;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The limits of a service for its callers: the maximum, and the default for requests that do not set a value.
 *
 * @param memory bytes
 * @param cpus processors
 * @param pids processes and threads
 * @param timeout seconds
 * @param output bytes that are kept of an output
 * @param storage bytes of a layer on disk, if they are limited
 * @param allowsHostNetwork whether a container may be on the host's network
 * @param allowsPrivateNetwork whether a container may have its own network with a way out
 * @param cniNetworks the names of the CNI networks that a container may have
 * @param allowedHosts the hosts that requests may allow their containers to reach
 * @param mounts paths of the directories that may be mounted, by their names
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

    /** Options of a tmpfs that give nobody more than its size of memory, which is the container's own. */
    private static final Pattern TMPFS_OPTION =
            Pattern.compile("(size|mode|nr_inodes|uid|gid)=[0-9]{1,15}[kKmMgG%]?|ro|rw|noexec|nosuid|nodev|noatime");

    /**
     * A limit.
     *
     * @param usual the default
     */
    public record Range(BigDecimal least, BigDecimal usual, BigDecimal most) {

        /** A limit of whole numbers; the default is never above the maximum. */
        public static Range of(long least, long usual, long most) {
            return new Range(BigDecimal.valueOf(least), BigDecimal.valueOf(usual), BigDecimal.valueOf(most));
        }

        /** The default. */
        public BigDecimal unsaid() {
            return usual.min(most);
        }

        private BigDecimal within(String field, Optional<? extends Number> asked) {
            BigDecimal value = asked.map(number ->
                            number instanceof BigDecimal exact ? exact : BigDecimal.valueOf(number.longValue()))
                    .orElseGet(this::unsaid);
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw FieldException.at(
                        "/" + field,
                        field + " " + value + " is not from " + least + " to " + most
                                + ", the most that this service allows");
            }
            return value;
        }
    }

    /**
     * Applies this policy to {@code request}: every limit is set, and its mounts are paths.
     *
     * @param timeoutMillis the allowed time
     * @throws FieldException for the first field that is not allowed
     */
    public LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        LaunchRequest limited = request.limitedTo(
                memory.within("memory", request.memory()).longValue(),
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
     * Limits what {@code request}'s container takes on disk, where it has a layer there.
     *
     * @throws FieldException when more is requested than allowed
     */
    public LaunchRequest onDisk(LaunchRequest request) {
        return storage.map(range -> request.storing(
                        range.within("storageSize", request.storageSize()).longValue()))
                .orElse(request);
    }

    /** The limits of a launch that sets none. */
    public Resources usual() {
        return resolve(new LaunchRequest(), timeoutMillis(Optional.empty())).resources();
    }

    /**
     * These hosts, which a container is to reach.
     *
     * @throws FieldException for the first that the service does not allow
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
                        "tmpfs \"" + text + "\": a service takes the options size, mode, nr_inodes, uid, gid, ro and"
                                + " noexec, and not \"" + option + "\"");
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

    /** The allowed time, in milliseconds, for a waiting request for {@code seconds}. */
    public long timeoutMillis(Optional<BigDecimal> seconds) {
        return timeout.within("timeoutSeconds", seconds).movePointRight(3).longValue();
    }

    /** The same for a launch that may take long, such as a container in the background; its default is the maximum. */
    public long longestTimeoutMillis(Optional<BigDecimal> seconds) {
        return timeoutMillis(seconds.or(() -> Optional.of(timeout.most())));
    }

    /** The bytes of an output to keep, for a request for {@code size} in {@code field}. */
    public int output(String field, Optional<Long> size) {
        return output.within(field, size).intValueExact();
    }
}
