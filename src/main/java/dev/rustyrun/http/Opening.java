package dev.rustyrun.http;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.supervised.DataFolder;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The start of the service: it locks its data folder, and removes what a killed service has left. */
@Singleton
final class Opening {

    private static final Logger LOG = Logger.getLogger(Opening.class);
    private static final int FAILED = 125;
    /** Before every observer that creates or lists containers. */
    private static final int FIRST = 1;

    private final LaunchTools tools;
    private final DataFolder folder;

    Opening(LaunchTools tools, DataFolder folder) {
        this.tools = tools;
        this.folder = folder;
    }

    void open(@Observes @Priority(FIRST) StartupEvent event) {
        try {
            folder.lock();
        } catch (InvalidSpecException | LinuxException e) {
            // Nothing was started, so that nothing must be stopped; a one-line error is enough.
            System.err.println("rustyrun: " + e.getMessage());
            tools.linux().exit(FAILED);
        }
        folder.collect().forEach(line -> LOG.infof("left by a killed service: %s", line));
    }
}
