package dev.rustyrun.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** How the launch service is configured: {@code rustyrun.*}, see docs/http.md. Sizes are as in {@code 64m}. */
@ConfigMapping(prefix = "rustyrun")
public interface ServeConfig {

    /** The folder of the root file systems that requests name. */
    @WithDefault("root-file-systems")
    String rootfsFolder();

    /** Where containers and their logs are kept; by default below the folder of this user's containers. */
    Optional<String> dataFolder();

    /** The file of bearer tokens, a line {@code ROLE TOKEN} each; without one, who can connect may do everything. */
    Optional<String> tokenFile();

    /** Where the unix socket is, if it listens on one. */
    Optional<String> socket();

    /** The group that may open it besides its owner. */
    Optional<String> socketGroup();

    /** The file of the authorities whose certificates clients must have. */
    Optional<String> tlsClientCa();

    /** The roles of clients by their certificate's common name, {@code NAME=ROLE}. */
    Optional<java.util.List<String>> certificateRoles();

    /** Host names, besides those of this machine, by which the service may be addressed. */
    Optional<java.util.List<String>> allowedHosts();

    /** Directories that requests may mount: host path by name. */
    Map<String, String> mounts();

    /** Those of them, by name, that show a container with a user namespace of its own the host's ids as its own. */
    Optional<java.util.List<String>> mappedMounts();

    /**
     * Whether containers have a user namespace of their own: {@code auto} where that is possible, {@code always}, or
     * {@code host} for never.
     */
    @WithDefault("auto")
    String userns();

    /** The host ids that they get ranges of, as {@code FIRST:COUNT}. */
    Optional<String> usernsPool();

    /** The registries and repositories from which images may come; none by default. */
    Optional<java.util.List<String>> imageSources();

    /** Images that are fetched at the start, which requests may name besides. */
    Optional<java.util.List<String>> warmImages();

    /** How many images are fetched at once. */
    @WithDefault("4")
    int pulls();

    /** Whether a request may ask for the host's network. */
    @WithDefault("false")
    boolean allowHostNetwork();

    /** Whether a request may ask for a private network, which reaches what the host reaches. */
    @WithDefault("false")
    boolean allowPrivateNetwork();

    /** The hosts that requests may allow their containers to reach; none by default. */
    @WithName("allow")
    Optional<java.util.List<String>> allowedHostsOfContainers();

    /** How many launches wait warm; 0 for none. */
    @WithDefault("2")
    int warm();

    /** How many launches that are waited for run at once. */
    @WithDefault("32")
    int concurrent();

    /** How many may wait for their turn. */
    @WithDefault("256")
    int queue();

    /** The most bytes of all requests, outputs and kept answers together; by default a third of the heap. */
    Optional<String> budget();

    /** How long a request's body may take to come, in seconds. */
    @WithDefault("30")
    int bodySeconds();

    /** How many requests of one caller may wait for an end, follow a log or hear events at the same time. */
    @WithDefault("1000")
    int followers();

    /** How many connections to ports of containers there are at the same time. */
    @WithDefault("128")
    int portConnections();

    /** How long the server of a container may take until its answer begins, in seconds. */
    @WithDefault("60")
    int portSeconds();

    /** How long they wait, in seconds, before the caller is told to come back. */
    @WithDefault("30")
    int queueSeconds();

    /** How long launches that are waited for may go on when the service is told to stop, in seconds. */
    @WithDefault("25")
    int drainSeconds();

    /** Whether containers are killed when the service stops, or left to run. */
    @WithDefault("false")
    boolean stopContainers();

    Limits memory();

    Limits output();

    @WithName("pids")
    Counts pids();

    Numbers cpus();

    @WithName("timeout-seconds")
    Numbers timeout();

    /** Sizes in bytes. */
    interface Limits {
        /** What a request gets that does not say. */
        @WithName("default")
        String usual();

        /** The most that a request may ask for. */
        String max();
    }

    /** Whole numbers. */
    interface Counts {
        @WithName("default")
        long usual();

        long max();
    }

    /** Numbers with a fraction. */
    interface Numbers {
        @WithName("default")
        BigDecimal usual();

        BigDecimal max();
    }
}
