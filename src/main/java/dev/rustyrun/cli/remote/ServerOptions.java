package dev.rustyrun.cli.remote;

import dev.rustyrun.client.ClientException;
import dev.rustyrun.client.Pem;
import dev.rustyrun.client.Server;
import dev.rustyrun.client.ServerAddress;
import dev.rustyrun.spec.GivenFile;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options before a command's name: the server's address and the client's credentials. */
final class ServerOptions {

    @Option(
            names = "--host",
            paramLabel = "URL",
            description =
                    "Use this server: http://HOST:PORT, https://HOST:PORT or" + " unix:///PATH (or RUSTYRUN_HOST).")
    private Optional<String> host = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Read the token from FILE: the last word of its first line (or RUSTYRUN_TOKEN_FILE).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description =
                    "Trust only servers whose certificates these" + " authorities signed, in PEM (or RUSTYRUN_TLS_CA).")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Show this certificate to a server that requests one, in PEM (or RUSTYRUN_TLS_CERT).")
    private Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Use this private key for --tls-cert, in PEM (or RUSTYRUN_TLS_KEY).")
    private Optional<Path> key = Optional.empty();

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    boolean isDebug() {
        return debug;
    }

    /**
     * Connects to the server that these options name.
     *
     * @throws ClientException when an option is invalid
     */
    Server server() {
        ServerAddress address =
                ServerAddress.parse(host.or(() -> variable(HostOption.VARIABLE)).orElse(""));
        Optional<String> token = orVariable(tokenFile, "RUSTYRUN_TOKEN_FILE").map(ServerOptions::token);
        if (!address.isTls()) {
            return new Server(address, Optional.empty(), token);
        }
        return new Server(
                address,
                Optional.of(Pem.sockets(
                        orVariable(authority, "RUSTYRUN_TLS_CA"),
                        orVariable(certificate, "RUSTYRUN_TLS_CERT"),
                        orVariable(key, "RUSTYRUN_TLS_KEY"))),
                token);
    }

    private static Optional<Path> orVariable(Optional<Path> option, String name) {
        return option.or(() -> variable(name).map(Path::of));
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isEmpty());
    }

    /** Reads a token: either a file with only the token, or a line of a server's token file. */
    private static String token(Path file) {
        String line = GivenFile.readSecrets("token file", file.toString())
                .lines()
                .map(String::strip)
                .filter(text -> !text.isEmpty() && !text.startsWith("#"))
                .findFirst()
                .orElseThrow(() -> new ClientException("token file " + file + " is empty"));
        String token = line.substring(line.lastIndexOf(' ') + 1);
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new ClientException("token file " + file + ": the first line does not end with a token");
        }
        return token;
    }
}
