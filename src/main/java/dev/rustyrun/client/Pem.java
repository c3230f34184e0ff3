package dev.rustyrun.client;

import dev.rustyrun.spec.GivenFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Reads certificates and unencrypted PKCS#8 private keys from PEM files, and configures TLS with them. */
public final class Pem {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final char[] NO_PASSWORD = {};

    private Pem() {}

    /**
     * Creates TLS sockets.
     *
     * @param ca certificates of the trusted authorities; the JDK's if empty
     * @param certificate client certificate, for a server that requests one
     * @param key private key of {@code certificate}
     * @throws ClientException when a file cannot be used
     */
    public static SSLSocketFactory sockets(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new ClientException(
                    "--tls-cert and --tls-key must be used together: a certificate and its private key");
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate.isPresent() ? identity(certificate.get(), key.get()) : new KeyManager[0],
                    ca.isPresent() ? trust(ca.get()) : null,
                    null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new ClientException("TLS cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        for (Certificate certificate : certificates("--tls-ca", file)) {
            store.setCertificateEntry("ca" + store.size(), certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] identity(Path certificate, Path key) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry(
                "own",
                privateKey(key),
                NO_PASSWORD,
                certificates("--tls-cert", certificate).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static List<Certificate> certificates(String option, Path file) {
        try {
            List<Certificate> all = List.copyOf(CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(
                            GivenFile.readSecrets(option, file.toString()).getBytes(StandardCharsets.UTF_8))));
            if (!all.isEmpty()) {
                return all;
            }
        } catch (GeneralSecurityException e) {
            throw new ClientException(option + " " + file + " contains no PEM certificate: " + e.getMessage(), e);
        }
        throw new ClientException(option + " " + file + " contains no PEM certificate");
    }

    private static PrivateKey privateKey(Path file) {
        Matcher found = KEY.matcher(GivenFile.readSecrets("--tls-key", file.toString()));
        if (found.find()) {
            byte[] bytes = Base64.getMimeDecoder().decode(found.group(1));
            for (String algorithm : ALGORITHMS) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
                } catch (GeneralSecurityException e) {
                    // The key is for another algorithm.
                }
            }
        }
        throw new ClientException("--tls-key " + file + " contains no unencrypted PKCS#8 key in PEM; convert it with"
                + " openssl pkcs8 -topk8 -nocrypt");
    }
}
