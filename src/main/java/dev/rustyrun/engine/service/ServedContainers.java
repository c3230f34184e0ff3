package dev.rustyrun.engine.service;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.NamespaceProbe;
import dev.rustyrun.container.files.ContainerFiles;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.DataFolder;
import dev.rustyrun.container.supervised.Watches;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** The containers of the service. */
@Singleton
public final class ServedContainers {

    private final Containers containers;
    private final ContainerFiles files;
    private final Watches watches;
    private final Budget budget;
    private final DataFolder folder;
    private final NamespaceProbe probe;

    ServedContainers(
            LaunchTools tools,
            Containers containers,
            ContainerFiles files,
            DataFolder folder,
            Watches watches,
            Budget budget) {
        this.watches = watches;
        this.budget = budget;
        this.probe = new NamespaceProbe(tools.linux());
        this.containers = containers;
        this.files = files;
        this.folder = folder;
    }

    /** The reason why containers cannot be started now; empty when they can. */
    public Optional<String> obstacle() throws InterruptedException {
        return probe.obstacle();
    }

    /** All containers, oldest first. */
    public List<ServedContainer> all() {
        return containers.all().stream().map(this::of).toList();
    }

    /**
     * The container with this id.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException if it does not exist
     */
    public ServedContainer named(String id) {
        return of(containers.named(id));
    }

    ServedContainer of(ContainerFolder folder) {
        return new ServedContainer(containers, files, folder, watches, budget);
    }

    /**
     * The resources that killed processes have left.
     *
     * @param removed a line for each resource on the host that was removed, or could not be
     * @param lost the ids of containers that were killed together with their monitors
     */
    public record Stale(List<String> removed, List<String> lost) {}

    /**
     * Removes resources that killed processes have left, and records the end of containers that were killed with their
     * monitor.
     */
    public Stale removeStale() {
        return new Stale(folder.removeStale(), containers.recordLost());
    }
}
