package dev.rustyrun.cli;

import dev.rustyrun.http.access.Exposure;
import dev.rustyrun.http.access.TokenFile;
import dev.rustyrun.http.listen.SocketPath;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of serve about listening and authentication. */
final class ListenOptions {

    /** The interval at which certificates are reloaded; SIGHUP reloads them at once. */
    private static final String RELOAD_PERIOD = "1H";

    private static final String ADDRESS = "127.0.0.1";
    private static final int PORT = 8080;
    private static final int MAX_PORT = 65535;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Listen on this address (default: " + ADDRESS + ", this machine only).")
    private Optional<String> host = Optional.empty();

    @Option(names = "--port", paramLabel = "PORT", description = "Listen on this port (default: " + PORT + ").")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "Listen on a unix socket, and on a port only with"
                    + " --host or --port. Without a token file, everyone who can open the socket may launch.")
    private Optional<String> socket = Optional.empty();

    @Option(
            names = "--socket-group",
            paramLabel = "GROUP",
            description = "Let this group open the socket, besides its owner (default: none).")
    private Optional<String> socketGroup = Optional.empty();

    @Option(names = "--no-tcp", description = "Listen on no port.")
    private boolean noTcp;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "Admit only clients with a token from FILE, lines \"read|launch|admin TOKEN\"; read again when changed.")
    private Optional<String> tokenFile = Optional.empty();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Accept only TLS on the port, with this certificate and its chain, in PEM.")
    private Optional<String> certificate = Optional.empty();

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Use this private key for --tls-cert, in PEM (PKCS#8).")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Admit only TLS clients with a certificate of these authorities, in PEM.")
    private Optional<String> clientAuthority = Optional.empty();

    @Option(
            names = "--certificate-role",
            paramLabel = "NAME=ROLE",
            description = "Give this role to certificates with this common name (default: launch); repeatable.")
    private List<String> certificateRoles = List.of();

    /**
     * Sets the Quarkus properties.
     *
     * @throws InvalidSpecException for an invalid combination, such as access from the network without authentication
     */
    void apply() {
        Optional<String> path = orVariable(socket, "RUSTYRUN_SOCKET");
        Optional<String> tokens = orVariable(tokenFile, "RUSTYRUN_TOKEN_FILE");
        boolean tcp = !noTcp && (path.isEmpty() || host.isPresent() || port.isPresent());
        if (!tcp && path.isEmpty()) {
            throw new InvalidSpecException("--no-tcp requires --socket PATH: there is nothing else to listen on");
        }
        port.ifPresent(number -> checkPort("--port", number));
        Exposure.check(host.orElse(ADDRESS), tokens.or(() -> clientAuthority));
        set("quarkus.http.host", host.orElse(ADDRESS));
        set("quarkus.http.host-enabled", Boolean.toString(tcp));
        tokens.ifPresent(file -> {
            new TokenFile(Path.of(file)).trouble().ifPresent(trouble -> {
                throw new InvalidSpecException(trouble);
            });
            set("rustyrun.token-file", file);
        });
        tls(Integer.toString(port.orElse(PORT)));
        path.ifPresent(this::unix);
    }

    /** Checks that the number is a valid port. */
    static void checkPort(String option, int number) {
        if (number < 0 || number > MAX_PORT) {
            throw new InvalidSpecException(option + " " + number + " is not a port from 0 to " + MAX_PORT);
        }
    }

    /** Checks that the port is free before Quarkus starts, because this error message names the port. */
    void checkFree(String option) {
        if (Boolean.parseBoolean(System.getProperty("quarkus.http.host-enabled"))) {
            checkFree(option, host.orElse(ADDRESS), port.orElse(PORT));
        }
    }

    static void checkFree(String option, String address, int number) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), number));
        } catch (UnknownHostException e) {
            throw new InvalidSpecException("the address " + address + " is unknown");
        } catch (IOException e) {
            throw new InvalidSpecException(
                    "cannot listen on " + address + ", " + option + " " + number + ": " + e.getMessage());
        }
    }

    private void tls(String listenOn) {
        if (certificate.isPresent() != key.isPresent() || clientAuthority.isPresent() && certificate.isEmpty()) {
            throw new InvalidSpecException(
                    "--tls-cert and --tls-key must be used together; --tls-client-ca needs both");
        }
        if (certificate.isEmpty()) {
            set("quarkus.http.port", listenOn);
            return;
        }
        set("quarkus.http.ssl-port", listenOn);
        set("quarkus.http.insecure-requests", "disabled");
        set("quarkus.http.ssl.certificate.files", readable("--tls-cert", certificate.get()));
        set("quarkus.http.ssl.certificate.key-files", readable("--tls-key", key.get()));
        set("quarkus.http.ssl.certificate.reload-period", RELOAD_PERIOD);
        clientAuthority.ifPresent(file -> {
            set("rustyrun.tls-client-ca", file);
            set("quarkus.http.ssl.certificate.trust-store-files", readable("--tls-client-ca", file));
            set("quarkus.http.ssl.certificate.trust-store-file-type", "PEM");
        });
        if (!certificateRoles.isEmpty()) {
            set("rustyrun.certificate-roles", String.join(",", certificateRoles));
        }
    }

    private void unix(String path) {
        set("rustyrun.socket", path);
        socketGroup.ifPresent(group -> set("rustyrun.socket-group", group));
        set("quarkus.http.domain-socket", new SocketPath(path).prepare());
        set("quarkus.http.domain-socket-enabled", "true");
    }

    private static String readable(String option, String file) {
        try {
            UserFile.read(Linux.host(), file, UserFile.MAX_SECRETS);
            return file;
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static Optional<String> orVariable(Optional<String> option, String name) {
        return option.or(() -> Optional.ofNullable(System.getenv(name)).filter(text -> !text.isEmpty()));
    }

    private static void set(String property, String value) {
        System.setProperty(property, value);
    }
}
