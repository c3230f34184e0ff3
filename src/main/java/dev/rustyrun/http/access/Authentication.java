package dev.rustyrun.http.access;

import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.http.Problem;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Identifies the sender of a request: by its token, its certificate or, if neither is configured, by its address. */
@Singleton
final class Authentication {

    private static final String BEARER = "bearer ";

    private final Optional<TokenFile> tokens;
    private final CertificateRoles certificateRoles;

    Authentication(ServeConfig config) {
        this.tokens = config.tokenFile().map(file -> new TokenFile(Path.of(file)));
        this.certificateRoles = new CertificateRoles(config.certificateRoles().orElse(List.of()));
    }

    /** Stops the start of the service if the token file is invalid. */
    void start(@Observes StartupEvent event) {
        tokens.flatMap(TokenFile::error).ifPresent(error -> {
            throw new IllegalStateException(error);
        });
    }

    /**
     * The caller of {@code request}.
     *
     * @throws dev.rustyrun.http.ProblemException 401 when the caller is unknown
     */
    Identity of(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        Optional<String> subject = subject(request);
        // If a client presents a token and a certificate, the token decides.
        if (subject.isPresent() && (authorization == null || tokens.isEmpty())) {
            return new Identity("certificate:" + subject.get(), certificateRoles.roleOf(subject.get()));
        }
        return tokens.isPresent() ? holder(tokens.get(), authorization) : peer(request);
    }

    /** The subject of the client's certificate; empty if the client has none. */
    private static Optional<String> subject(HttpServerRequest request) {
        if (!request.isSSL()) {
            return Optional.empty();
        }
        try {
            return Optional.of(request.sslSession().getPeerPrincipal().getName());
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static Identity holder(TokenFile file, String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw Problem.of(401, "unauthorized", "a token is required: Authorization: Bearer TOKEN")
                    .exception();
        }
        return file.holderOf(authorization.substring(BEARER.length()).strip())
                .orElseThrow(
                        () -> Problem.of(401, "unauthorized", "unknown token").exception());
    }

    /** Where no token is required, every client that can connect has the role admin. */
    private static Identity peer(HttpServerRequest request) {
        String address =
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        return new Identity(address == null ? "user:" + UnixPeer.of(request) : "address:" + address, Role.ADMIN);
    }
}
