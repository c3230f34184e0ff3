package dev.rustyrun.http.listen;

import dev.rustyrun.http.access.Exposure;
import dev.rustyrun.http.access.TokenFile;
import dev.rustyrun.request.ListenOptions;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The Quarkus properties that follow from {@link ListenOptions}; set before Quarkus starts. */
public final class ListenProperties {

    private static final String CERTIFICATE = "CERTIFICATE";
    /** The interval at which certificates are reloaded; SIGHUP reloads them at once. */
    private static final String RELOAD_PERIOD = "1H";

    private static final int MAX_PORT = 65535;

    private final ListenOptions options;

    public ListenProperties(ListenOptions options) {
        this.options = options;
    }

    /**
     * Sets the properties.
     *
     * @throws InvalidSpecException for an invalid combination, such as access from the network without authentication
     */
    public void apply() {
        boolean tcp = options.isTcp();
        if (!tcp && options.socket().isEmpty()) {
            throw new InvalidSpecException("--no-tcp requires --socket PATH: there is nothing else to listen on");
        }
        checkPort("--port", options.port());
        Exposure.check(options.host(), options.tokenFile().or(options::clientAuthority));
        set("quarkus.http.host", options.host());
        set("quarkus.http.host-enabled", Boolean.toString(tcp));
        options.tokenFile().ifPresent(file -> {
            new TokenFile(Path.of(file)).error().ifPresent(error -> {
                throw new InvalidSpecException(error);
            });
            set("rustyrun.token-file", file);
        });
        tls(Integer.toString(options.port()));
        options.socket().ifPresent(this::unix);
    }

    /** Checks that the number is a valid port. */
    public static void checkPort(String option, int number) {
        if (number < 0 || number > MAX_PORT) {
            throw new InvalidSpecException(option + " " + number + " is not a port from 0 to " + MAX_PORT);
        }
    }

    /** Checks that {@code number} is not the service's own port: Quarkus would serve only one of them there. */
    public void checkDiffers(String option, int number) {
        if (options.isTcp() && number != 0 && number == options.port()) {
            throw new InvalidSpecException(option + " " + number + " is also --port: choose another one");
        }
    }

    /** Checks that the port is free before Quarkus starts, because this error message names the port. */
    public void checkFree() {
        if (options.isTcp()) {
            checkFree("--port", options.host(), options.port());
        }
    }

    /** Checks that a port is free. */
    public static void checkFree(String option, String address, int number) {
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
        Optional<String> certificate = options.certificate();
        if (certificate.isPresent() != options.key().isPresent()
                || options.clientAuthority().isPresent() && certificate.isEmpty()) {
            throw new InvalidSpecException(
                    "--tls-cert and --tls-key must be used together; --tls-client-ca needs both");
        }
        if (certificate.isEmpty()) {
            set("quarkus.http.port", listenOn);
            return;
        }
        set("quarkus.http.ssl-port", listenOn);
        set("quarkus.http.insecure-requests", "disabled");
        String key = options.key().orElseThrow();
        String certificateText = GivenFile.readSecrets("--tls-cert", certificate.get());
        String keyText = GivenFile.readSecrets("--tls-key", key);
        checkPart("--tls-cert " + certificate.get(), certificateText, CERTIFICATE);
        checkPart("--tls-key " + key, keyText, "PRIVATE KEY");
        set("quarkus.http.ssl.certificate.files", certificate.get());
        set("quarkus.http.ssl.certificate.key-files", key);
        set("quarkus.http.ssl.certificate.reload-period", RELOAD_PERIOD);
        options.clientAuthority().ifPresent(file -> {
            set("rustyrun.tls-client-ca", file);
            checkPart("--tls-client-ca " + file, GivenFile.readSecrets("--tls-client-ca", file), CERTIFICATE);
            set("quarkus.http.ssl.certificate.trust-store-files", file);
            set("quarkus.http.ssl.certificate.trust-store-file-type", "PEM");
        });
        if (!options.certificateRoles().isEmpty()) {
            set("rustyrun.certificate-roles", String.join(",", options.certificateRoles()));
        }
    }

    private void unix(String path) {
        set("rustyrun.socket", path);
        options.socketGroup().ifPresent(group -> set("rustyrun.socket-group", group));
        set("quarkus.http.domain-socket", new SocketPath(path).prepare());
        set("quarkus.http.domain-socket-enabled", "true");
    }

    /** Checks that a file has a part of this kind, because Quarkus's error does not name the file. */
    private static void checkPart(String file, String text, String kind) {
        if (!text.contains(kind + "-----")) {
            throw new InvalidSpecException(file + " contains no " + kind.toLowerCase(Locale.ROOT) + " in PEM");
        }
    }

    private static void set(String property, String value) {
        System.setProperty(property, value);
    }
}
