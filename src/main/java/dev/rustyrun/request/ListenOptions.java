package dev.rustyrun.request;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of serve about listening and authentication. */
public final class ListenOptions {

    private static final String ADDRESS = "127.0.0.1";
    private static final int PORT = 8080;

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

    /** The address to listen on. */
    public String host() {
        return host.orElse(ADDRESS);
    }

    /** The port to listen on, if {@link #isTcp}. */
    public int port() {
        return port.orElse(PORT);
    }

    /** Whether to listen on a port. */
    public boolean isTcp() {
        return !noTcp && (socket().isEmpty() || host.isPresent() || port.isPresent());
    }

    /** The path of the unix socket. */
    public Optional<String> socket() {
        return orVariable(socket, "RUSTYRUN_SOCKET");
    }

    /** The group that may open the unix socket. */
    public Optional<String> socketGroup() {
        return socketGroup;
    }

    /** The file of tokens. */
    public Optional<String> tokenFile() {
        return orVariable(tokenFile, "RUSTYRUN_TOKEN_FILE");
    }

    /** The file of the certificate. */
    public Optional<String> certificate() {
        return certificate;
    }

    /** The file of the certificate's private key. */
    public Optional<String> key() {
        return key;
    }

    /** The file of the authorities whose certificates are admitted. */
    public Optional<String> clientAuthority() {
        return clientAuthority;
    }

    /** The roles of certificates, NAME=ROLE. */
    public List<String> certificateRoles() {
        return certificateRoles;
    }

    private static Optional<String> orVariable(Optional<String> option, String name) {
        return option.or(() -> Optional.ofNullable(System.getenv(name)).filter(text -> !text.isEmpty()));
    }
}
