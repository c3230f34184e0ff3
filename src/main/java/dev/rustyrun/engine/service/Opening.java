package dev.rustyrun.engine.service;

import dev.rustyrun.container.supervised.DataFolder;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The start of the service: it locks its data folder, and removes stale containers of a killed service. */
@Singleton
final class Opening {

    private static final Logger LOG = Logger.getLogger(Opening.class);
    private static final int FAILED = 125;
    /** After {@link StartCheck}, and before every observer that creates or lists containers. */
    private static final int SECOND = 2;

    private final DataFolder folder;

    Opening(DataFolder folder) {
        this.folder = folder;
    }

    void open(@Observes @Priority(SECOND) StartupEvent event) {
        try {
            folder.lock();
        } catch (InvalidSpecException e) {
            // Nothing was started, so that nothing must be stopped; a one-line error is enough.
            System.err.println("rustyrun: " + e.getMessage());
            Runtime.getRuntime().halt(FAILED);
        }
        folder.collect().forEach(line -> LOG.infof("left by a killed service: %s", line));
    }
}
