package dev.rustyrun.request;

import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code rustyrun serve}. */
public final class ServeRequest {

    @Mixin
    private ListenOptions listen;

    @Option(
            names = "--management-host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Serve health and metrics on this address (default: ${DEFAULT-VALUE}).")
    private String managementHost;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "9000",
            description = "Serve health and metrics on this port (default: ${DEFAULT-VALUE}).")
    private int managementPort;

    @Option(
            names = "--rootfs-folder",
            paramLabel = "DIR",
            description = "Use the root file systems in this folder (default: root-file-systems).")
    private Optional<String> rootfsFolder = Optional.empty();

    @Option(names = "--data-folder", paramLabel = "DIR", description = "Keep containers and their logs in this folder.")
    private Optional<String> dataFolder = Optional.empty();

    @Option(names = "--warm", paramLabel = "N", description = "Keep up to this many launches warm (default: 4).")
    private Optional<Integer> warm = Optional.empty();

    @Option(
            names = "--userns",
            paramLabel = "auto|always|host",
            description = "Give each container its own user namespace: where possible, always, or never"
                    + " (default: auto).")
    private Optional<String> userns = Optional.empty();

    @Option(
            names = "--own-cgroup",
            description =
                    "For a service in a container: make the container's cgroup writable and move the service into a"
                            + " group below it, so that launches can be limited (docs/sidecar.md).")
    private boolean ownCgroup;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Set the format of the log on stdout (default: ${DEFAULT-VALUE}).")
    private String logFormat;

    /** How clients connect. */
    public ListenOptions listen() {
        return listen;
    }

    /** The address of health and metrics. */
    public String managementHost() {
        return managementHost;
    }

    /** The port of health and metrics. */
    public int managementPort() {
        return managementPort;
    }

    /** The folder of root file systems. */
    public Optional<String> rootfsFolder() {
        return rootfsFolder;
    }

    /** The folder of containers and their logs. */
    public Optional<String> dataFolder() {
        return dataFolder;
    }

    /** How many launches are kept warm. */
    public Optional<Integer> warm() {
        return warm;
    }

    /** Which containers get their own user namespace. */
    public Optional<String> userns() {
        return userns;
    }

    /** Whether the service takes over the cgroup of the container that it runs in. */
    public boolean takesCgroup() {
        return ownCgroup;
    }

    /** The format of the log. */
    public String logFormat() {
        return logFormat;
    }
}
