package dev.rustyrun.engine.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** The configuration of the service: {@code rustyrun.*}, see docs/http.md. Sizes are written as {@code 64m}. */
@ConfigMapping(prefix = "rustyrun")
public interface ServeConfig {

    /** The folder of the root file systems that requests can use by name. */
    @WithDefault("root-file-systems")
    String rootfsFolder();

    /** The folder of containers and their logs; by default below this user's container store. */
    Optional<String> dataFolder();

    /**
     * The file of bearer tokens, with lines {@code ROLE TOKEN}. Without it, every client that can connect has all
     * rights.
     */
    Optional<String> tokenFile();

    /** The path of the unix socket, if the service listens on one. */
    Optional<String> socket();

    /** The group that may open the socket, in addition to its owner. */
    Optional<String> socketGroup();

    /** The file of the certificate authorities that must have signed client certificates. */
    Optional<String> tlsClientCa();

    /** The roles of clients by their certificate's common name, {@code NAME=ROLE}. */
    Optional<java.util.List<String>> certificateRoles();

    /** Additional host names by which the service may be addressed. */
    Optional<java.util.List<String>> allowedHosts();

    /** Directories that requests may mount: host path by name. */
    Map<String, String> mounts();

    /**
     * The names of the mounts whose files keep their ids in containers with their own user namespace (id-mapped
     * mounts).
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

    /** Images that are pulled at the start; requests may also use them. */
    Optional<java.util.List<String>> warmImages();

    /** Whether containers from images have their files on disk, from their creation until they are deleted. */
    @WithDefault("false")
    boolean keepFiles();

    /** The size limit of these files per container; needs a file system with project quotas. */
    Storage storage();

    /** The maximum number of concurrent pulls. */
    @WithDefault("4")
    int pulls();

    /** Whether a request may use the host's network. */
    @WithDefault("false")
    boolean allowHostNetwork();

    /** Whether a request may use a private network, which reaches everything that the host reaches. */
    @WithDefault("false")
    boolean allowPrivateNetwork();

    /** The names of the CNI networks that a request may use; none by default. */
    Optional<java.util.List<String>> allowCniNetworks();

    /** The hosts that requests may allow their containers to reach; none by default. */
    @WithName("allow")
    Optional<java.util.List<String>> allowedHostsOfContainers();

    /** How many launches may wait warm; 0 for none. */
    @WithDefault("4")
    int warm();

    /** The maximum number of running launches with a waiting client. */
    @WithDefault("32")
    int concurrent();

    /** The maximum number of queued launches. */
    @WithDefault("256")
    int queue();

    /** The maximum memory for all requests, outputs and stored responses; by default a third of the heap. */
    Optional<String> budget();

    /** The maximum time for a request body to arrive, in seconds. */
    @WithDefault("30")
    int bodySeconds();

    /** The maximum number of requests per caller that wait for an end, follow a log or receive events. */
    @WithDefault("1000")
    int followers();

    /** The maximum number of connections to container ports. */
    @WithDefault("128")
    int portConnections();

    /** The maximum time until a container's server begins its response, in seconds. */
    @WithDefault("60")
    int portSeconds();

    /** The maximum time in the queue, in seconds; then the client gets an error and may try again. */
    @WithDefault("30")
    int queueSeconds();

    /** The maximum time for launches with a waiting client to end when the service stops, in seconds. */
    @WithDefault("25")
    int drainSeconds();

    /** Whether containers are killed when the service stops; otherwise they keep running. */
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
        String defaultValue();

        /** The maximum for a request. */
        String max();
    }

    /** Sizes in bytes, unlimited by default. */
    interface Storage {
        /** The value for a request that does not set it; by default the maximum. */
        @WithName("default")
        Optional<String> defaultValue();

        /** The maximum for a request; none by default. */
        Optional<String> max();
    }

    /** Whole numbers. */
    interface Counts {
        @WithName("default")
        long defaultValue();

        long max();
    }

    /** Numbers with a fraction. */
    interface Numbers {
        @WithName("default")
        BigDecimal defaultValue();

        BigDecimal max();
    }
}
