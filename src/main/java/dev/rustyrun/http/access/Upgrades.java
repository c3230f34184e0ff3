package dev.rustyrun.http.access;

import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** Tells web sockets who has opened them. */
@Singleton
final class Upgrades implements HttpUpgradeCheck {

    private final Authentication authentication;

    Upgrades(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        // The filter has refused whoever is not known.
        authentication.of(context.httpRequest()).putInto(context.userData());
        return CheckResult.permitUpgrade();
    }
}
