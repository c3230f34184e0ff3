package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WarmLaunch;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jboss.logging.Logger;

/** A few launches that wait warm, replaced in the background as they are taken. Safe for use by several threads. */
@Singleton
public final class WarmPool {

    private static final Logger LOG = Logger.getLogger(WarmPool.class);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;
    /** About what a short command takes: its launch shall not share the processors with the making of the next one. */
    private static final long PAUSE_BEFORE_REFILL_MILLIS = 12;

    private final Linux linux;
    private final SelfExec self;
    private final StageSpawner spawner;
    private final Specs specs;
    private final int size;
    private final Deque<WarmLaunch> waiting = new ArrayDeque<>();
    private final Thread filler = new Thread(this::fill, "warm-pool");
    private boolean stopped;
    private boolean taken;

    WarmPool(Linux linux, SelfExec self, StageSpawner spawner, Specs specs, ServeConfig config) {
        this.linux = linux;
        this.self = self;
        this.spawner = spawner;
        this.specs = specs;
        this.size = config.warm();
    }

    void start(@Observes StartupEvent event) {
        if (size > 0) {
            filler.setDaemon(true);
            filler.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        filler.interrupt();
        for (Optional<WarmLaunch> left = next(); left.isPresent(); left = next()) {
            left.get().discard();
        }
    }

    /** A warm launch that can serve {@code launch}, now the caller's; nothing when none does. */
    Optional<WarmLaunch> take(Launch launch) {
        Optional<WarmLaunch> first = next();
        if (first.isEmpty() || first.get().fits(launch)) {
            return first;
        }
        if (!giveBack(first.get())) {
            LOG.warnf("a launch that waited warm has ended: %s", first.get().failure());
            first.get().discard();
        }
        return Optional.empty();
    }

    private synchronized Optional<WarmLaunch> next() {
        Optional<WarmLaunch> first = Optional.ofNullable(waiting.pollFirst());
        taken = true;
        notifyAll();
        return first;
    }

    /** One that has not been used can be used by another request, as long as it is alive. */
    private synchronized boolean giveBack(WarmLaunch warm) {
        if (stopped || waiting.size() >= size || !warm.isAlive()) {
            return false;
        }
        waiting.addFirst(warm);
        return true;
    }

    /** How many wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    private void fill() {
        while (awaitRoom()) {
            try {
                pauseIfTaken();
                WarmLaunch begun = WarmLaunch.begin(linux, new Launch(linux, self, ContainerStore.of(linux), specs.likely()), spawner);
                if (!giveBack(begun)) {
                    begun.discard();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("no launch can be kept warm: " + e.getMessage());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private synchronized boolean awaitRoom() {
        try {
            while (!stopped && waiting.size() >= size) {
                wait();
            }
            return !stopped;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void pauseIfTaken() throws InterruptedException {
        boolean busy;
        synchronized (this) {
            busy = taken;
            taken = false;
        }
        if (busy) {
            Thread.sleep(PAUSE_BEFORE_REFILL_MILLIS);
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
