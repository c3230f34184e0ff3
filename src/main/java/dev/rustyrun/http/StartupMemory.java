package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Gives back what only the start of the service took: of its own executable's pages most are never touched again. */
@Singleton
final class StartupMemory {

    /** By then it answers. */
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
