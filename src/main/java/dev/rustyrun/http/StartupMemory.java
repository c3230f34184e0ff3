package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Releases memory that only the start needed: most pages of the executable are never used again. */
@Singleton
final class StartupMemory {

    /** The time until the service has answered its first requests. */
    private static final long STARTED_MILLIS = 1_000;

    private final Linux linux;
    private final Vertx vertx;

    StartupMemory(Linux linux, Vertx vertx) {
        this.linux = linux;
        this.vertx = vertx;
    }

    void release(@Observes StartupEvent event) {
        vertx.setTimer(STARTED_MILLIS, timer -> linux.releaseProgramPages());
    }
}
