package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.OwnDirectory;
import dev.rustyrun.container.watch.FileWatch;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.container.watch.Timers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The detached containers of the command line. Their folders are in the container store and not in a service's data
 * folder: clients of a service must not reach containers that the machine's owner has started with more rights than the
 * service grants.
 */
public final class Detached {

    private static final String NAME = ".detached";
    /** A younger folder may still be under construction. */
    private static final Duration UNFINISHED = Duration.ofMinutes(1);

    private final LaunchTools tools;
    private final Path root;
    private final Watches watches;
    private final Containers containers;

    private Detached(LaunchTools tools, Path root) {
        this.tools = tools;
        this.root = root;
        Steps steps = new Steps();
        PollLoop loop = new PollLoop(tools.linux());
        this.watches = new Watches(loop, new FileWatch(tools.linux(), loop), steps, new Timers());
        this.containers = new Containers(tools, root, watches, new Listener() {
            @Override
            public void changed(String event, String id) {
                // The command line needs no events.
            }

            @Override
            public void attempted(ObjectNode line) {
                // The command line needs no events.
            }

            @Override
            public void ended(ContainerFolder folder) {
                // The command line does not count containers.
            }
        });
    }

    private static Path place(LaunchTools tools) {
        return Path.of(tools.store().folder(), NAME).toAbsolutePath();
    }

    /**
     * The detached containers; empty if none was ever started.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when other users could have written to their folder
     */
    public static Optional<Detached> find(LaunchTools tools) {
        Path root = place(tools);
        Optional<OwnDirectory> folder = OwnDirectory.find(tools.linux(), root.toString());
        folder.ifPresent(OwnDirectory::close);
        return folder.map(found -> new Detached(tools, root));
    }

    /** The detached containers; their folder is made if it is missing. */
    public static Detached make(LaunchTools tools) {
        Path root = place(tools);
        OwnDirectory.make(tools.linux(), root.toString()).close();
        return new Detached(tools, root);
    }

    /** The containers. */
    public Containers containers() {
        return containers;
    }

    /** Waits for changes of the containers. */
    public Watches watches() {
        return watches;
    }

    /**
     * Removes resources of containers that killed processes have left, and records lost containers; returns one line
     * for each.
     */
    public List<String> collect() {
        List<String> lines = new ArrayList<>();
        containers.removeUnfinished(UNFINISHED).forEach(id -> lines.add("removed folder of container " + id));
        // The process that creates a container also starts it, so it was killed in between.
        containers.removeUnstarted(UNFINISHED).forEach(id -> lines.add("removed container " + id));
        containers.recordLost().forEach(id -> lines.add("container " + id + " is lost"));
        return lines;
    }
}
