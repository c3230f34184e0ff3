package dev.rustyrun.http.access;

import dev.rustyrun.http.AttachSocket;
import dev.rustyrun.http.ExecSocket;
import dev.rustyrun.http.Problem;
import dev.rustyrun.http.listen.SocketOpening;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the caller's role with the role that the matched web socket needs, and attaches the caller to the socket.
 */
@Singleton
final class Upgrades implements HttpUpgradeCheck {

    /** The needed role by endpoint class; other endpoints need {@code admin}. */
    private static final Map<String, Role> NEEDED =
            Map.of(AttachSocket.class.getName(), Role.LAUNCH, ExecSocket.class.getName(), Role.LAUNCH);

    private final Authentication authentication;

    Upgrades(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        // AccessFilter has already refused unknown callers.
        Identity caller = authentication.of(context.httpRequest());
        Optional<Problem> problem = caller.objection(neededFor(context.endpointId()));
        if (problem.isEmpty()) {
            caller.putInto(context.userData());
            SocketOpening.expect(context.httpRequest(), context.userData());
            return CheckResult.permitUpgrade();
        }
        // A rejection by Quarkus has no body. Therefore the response is sent here, and the upgrade never completes.
        Refusal.send(context.httpRequest().response(), problem.get());
        return Uni.createFrom().nothing();
    }

    static Role neededFor(String endpoint) {
        return NEEDED.getOrDefault(endpoint, Role.ADMIN);
    }
}
