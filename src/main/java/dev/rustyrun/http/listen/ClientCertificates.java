package dev.rustyrun.http.listen;

import dev.rustyrun.engine.service.ServeConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** Requires a certificate of every TLS client if a client certificate authority is configured. */
@Singleton
final class ClientCertificates implements HttpServerOptionsCustomizer {

    private final boolean demanded;

    ClientCertificates(ServeConfig config) {
        this.demanded = config.tlsClientCa().isPresent();
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (demanded) {
            options.setClientAuth(ClientAuth.REQUIRED);
        }
    }
}
