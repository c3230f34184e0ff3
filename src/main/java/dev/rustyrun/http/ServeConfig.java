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

    /**
     * The file of bearer tokens, a line {@code ROLE TOKEN} each; without one, every client that can connect may do
     * everything.
     */
    Optional<String> tokenFile();

    /** The path of the unix socket, if the service listens on one. */
    Optional<String> socket();

    /** The group that may open it, besides its owner. */
    Optional<String> socketGroup();

    /** The file of the authorities whose certificates clients must have. */
    Optional<String> tlsClientCa();

    /** The roles of clients by their certificate's common name, {@code NAME=ROLE}. */
    Optional<java.util.List<String>> certificateRoles();

    /** Additional host names by which the service may be addressed. */
    Optional<java.util.List<String>> allowedHosts();

    /** Directories that requests may mount: host path by name. */
    Map<String, String> mounts();

    /**
     * The names of directories whose files show the host's ids as the container's own, in a container with its own
     * user namespace.
     */
    Optional<java.util.List<String>> mappedMounts();

    /**
     * Whether containers have their own user namespace: {@code auto} where possible, {@code always}, or {@code host}
     * for never.
     */
    @WithDefault("auto")
    String userns();

    /** The host ids for these namespaces, as {@code FIRST:COUNT}. */
    Optional<String> usernsPool();

    /** The registries and repositories from which images may come; none by default. */
    Optional<java.util.List<String>> imageSources();

    /** Images that are fetched at the start; requests may also name them. */
    Optional<java.util.List<String>> warmImages();

    /** Whether containers from images have their files on disk, from their creation until they are deleted. */
    @WithDefault("false")
    boolean keepFiles();

    /** How much these files of one container may take, where their file system has project quotas. */
    Storage storage();

    /** How many images are fetched at once. */
    @WithDefault("4")
    int pulls();

    /** Whether a request may ask for the host's network. */
    @WithDefault("false")
    boolean allowHostNetwork();

    /** Whether a request may ask for a private network, which reaches what the host reaches. */
    @WithDefault("false")
    boolean allowPrivateNetwork();

    /** The names of the CNI networks that a request may ask for; none by default. */
    Optional<java.util.List<String>> allowCniNetworks();

    /** The hosts that requests may allow their containers to reach; none by default. */
    @WithName("allow")
    Optional<java.util.List<String>> allowedHostsOfContainers();

    /** How many launches are kept warm; 0 for none. */
    @WithDefault("2")
    int warm();

    /** How many launches with a waiting caller run at once. */
    @WithDefault("32")
    int concurrent();

    /** How many may wait in the queue. */
    @WithDefault("256")
    int queue();

    /** The maximum bytes of all requests, outputs and kept answers together; by default a third of the heap. */
    Optional<String> budget();

    /** How long a request's body may take to arrive, in seconds. */
    @WithDefault("30")
    int bodySeconds();

    /** How many requests of one caller may wait for an end, follow a log or receive events at the same time. */
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

    /** How long launches with a waiting caller may run when the service stops, in seconds. */
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
        /** The value for a request that does not set it. */
        @WithName("default")
        String usual();

        /** The maximum for a request. */
        String max();
    }

    /** Sizes in bytes that need not be limited. */
    interface Storage {
        /** The value for a request that does not set it; by default the maximum. */
        @WithName("default")
        Optional<String> usual();

        /** The maximum for a request; none by default. */
        Optional<String> max();
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
