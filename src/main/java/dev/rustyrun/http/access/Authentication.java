package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import dev.rustyrun.http.ServeConfig;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Finds out who sends a request: by its token, its certificate or, where neither is needed, by the other end. */
@Singleton
final class Authentication {

    private static final String BEARER = "bearer ";

    private final Optional<TokenFile> tokens;
    private final CertificateRoles certificateRoles;

    Authentication(ServeConfig config) {
        this.tokens = config.tokenFile().map(file -> new TokenFile(Path.of(file)));
        this.certificateRoles = new CertificateRoles(config.certificateRoles().orElse(List.of()));
    }

    /** A token file that lets nobody in ends the start of the service. */
    void start(@Observes StartupEvent event) {
        tokens.flatMap(TokenFile::trouble).ifPresent(trouble -> {
            throw new IllegalStateException(trouble);
        });
    }

    /**
     * The caller of {@code request}.
     *
     * @throws dev.rustyrun.http.ProblemException 401 when the caller is not known
     */
    Identity of(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        Optional<String> subject = subject(request);
        // Who shows a token besides a certificate is judged by the token.
        if (subject.isPresent() && (authorization == null || tokens.isEmpty())) {
            return new Identity("certificate:" + subject.get(), certificateRoles.roleOf(subject.get()));
        }
        return tokens.isPresent() ? holder(tokens.get(), authorization) : peer(request);
    }

    /** Whom the client's certificate is for; nothing when it has none, which TLS only accepts where none is demanded. */
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
            throw Problem.of(401, "unauthorized", "a token is needed: Authorization: Bearer TOKEN")
                    .exception();
        }
        return file.holderOf(authorization.substring(BEARER.length()).strip())
                .orElseThrow(() -> Problem.of(401, "unauthorized", "this token is not known")
                        .exception());
    }

    /** Who can connect where no token is needed may do everything. */
    private static Identity peer(HttpServerRequest request) {
        String address =
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        return new Identity(address == null ? "user:" + UnixPeer.of(request) : "address:" + address, Role.ADMIN);
    }
}
