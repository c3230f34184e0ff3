package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The CA certificates that are trusted for a registry: the system's, and those configured for the registry. */
final class Trust {

    /** The CA bundles of Debian, Fedora, openSUSE and Alpine. */
    private static final List<String> SYSTEM = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem");

    /** The folders in which podman and docker look for CA certificates of one registry. */
    private static final List<String> OF_REGISTRIES = List.of("/etc/containers/certs.d", "/etc/docker/certs.d");

    private Trust() {}

    /**
     * The TLS context for connections to {@code host}.
     *
     * @throws InvalidSpecException when a file cannot be used
     */
    static SSLContext of(String host, RegistrySettings.Registry settings) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManager[] trust =
                    settings.tlsVerify() ? authorities(host, settings.caFile()) : new TrustManager[] {new TrustAll()};
            context.init(new KeyManager[0], trust, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidSpecException("TLS cannot be used: " + e.getMessage());
        }
    }

    private static TrustManager[] authorities(String host, Optional<Path> caFile)
            throws GeneralSecurityException, IOException {
        List<Path> files = new ArrayList<>();
        Optional.ofNullable(System.getenv("SSL_CERT_FILE"))
                .map(Path::of)
                .or(() -> SYSTEM.stream().map(Path::of).filter(Files::exists).findFirst())
                .ifPresent(files::add);
        caFile.ifPresent(files::add);
        for (String folder : OF_REGISTRIES) {
            Path ofHost = Path.of(folder, host);
            if (Files.isDirectory(ofHost)) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(ofHost, "*.crt")) {
                    found.forEach(files::add);
                }
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = null;
        if (!files.isEmpty()) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            for (Path file : files) {
                add(file, store);
            }
        }
        // Null selects the JDK's default CA certificates.
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static void add(Path file, KeyStore store) throws GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
        } catch (IOException e) {
            throw new InvalidSpecException("the certificates of authorities cannot be read: " + Failures.of(e));
        } catch (CertificateException e) {
            throw new InvalidSpecException(
                    "the file " + file + " does not hold certificates in PEM: " + e.getMessage());
        }
    }

    /** For --tls-verify=false: trusts any certificate for any name. */
    private static final class TrustAll extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Trusted.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Trusted.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Trusted.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Trusted.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Trusted.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Trusted.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
