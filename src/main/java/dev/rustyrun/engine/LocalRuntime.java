package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.BundleReader;
import dev.rustyrun.container.BundleRun;
import dev.rustyrun.container.CommandTools;
import dev.rustyrun.container.ContainerId;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.container.Creation;
import dev.rustyrun.container.EventStream;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.Start;
import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.Outcome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The operations of an OCI runtime on the containers of this user, which no service has. */
public final class LocalRuntime {

    private final CommandContext context;
    private final CommandTools tools;
    private final ErrorLog log;

    LocalRuntime(CommandContext context) {
        this.context = context;
        this.tools = context.tools();
        this.log = context.log();
    }

    /**
     * Reads and checks a bundle.
     *
     * @param config the configuration file, relative to {@code directory}
     * @throws dev.rustyrun.spec.InvalidSpecException if it is not a bundle
     */
    public Bundle bundle(Path directory, String config) {
        return BundleReader.read(tools, directory, config);
    }

    /** Whether the working directory is a bundle, and {@code word} can be the id of its container. */
    public boolean isForBundleHere(String word) {
        return ContainerId.isId(word) && BundleReader.isWorkingDirectory(tools);
    }

    /**
     * Creates and starts a container from a bundle, and deletes it after its end.
     *
     * @param detached whether to return once the container has started
     * @param kept whether the stopped container is kept after it has run
     */
    public Outcome run(String id, Bundle bundle, CreateOptions options, boolean detached, boolean kept) {
        return new BundleRun(tools, log.warnings(), log.steps())
                .run(id, bundle, options, detached, kept, context.stage("run"));
    }

    /** The state of a container, with more fields than the specification has. */
    public JsonNode state(String id) {
        return ContainerReport.of(tools.store(), tools.store().get(id)).json();
    }

    /**
     * Creates a container from a bundle; {@link #start} starts its command.
     *
     * @return the failure, if the container could not be created
     */
    public Optional<Outcome> create(String id, Bundle bundle, CreateOptions options) {
        options.checkTerminal(bundle.spec().process());
        return new Creation(tools, log.warnings()).create(id, bundle, options, context.stage("create"));
    }

    /**
     * Starts the command of a container that was created from a bundle.
     *
     * @return the failure, if the command could not be executed
     */
    public Optional<Outcome> start(String id) {
        return new Start(tools, log.steps()).start(id);
    }

    /**
     * Changes the limits of a container; limits that are not set stay as they are.
     *
     * @param limits as {@code linux.resources} of config.json
     */
    public void limit(String id, String limits) {
        Running.limit(tools.store(), id, limits);
    }

    /** Checks that a container has a process. */
    public void checkRuns(String id) {
        Running.check(tools.store(), id);
    }

    /** The resource usage of a container, in runc's format on one line. */
    public String usage(String id) {
        return new EventStream(tools, id).usage();
    }

    /**
     * Reports the usage of a container at intervals, and its other events, until it ends.
     *
     * @param output receives each event, a JSON object on one line
     */
    public void events(String id, int intervalMillis, Consumer<String> output) {
        new EventStream(tools, id).follow(intervalMillis, output);
    }
}
