package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.Bundle;
import dev.rustyrun.container.CommandTools;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.container.CreateOptions;
import dev.rustyrun.container.Creation;
import dev.rustyrun.container.ErrorLog;
import dev.rustyrun.container.EventStream;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.Start;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.spec.Outcome;
import java.util.Optional;
import java.util.function.Consumer;

/** The operations of an OCI runtime on the containers of this user, which no service has. */
public final class LocalRuntime {

    private final CommandTools tools;
    private final ErrorLog log;

    /** @param log receives warnings and traced steps */
    public LocalRuntime(CommandTools tools, ErrorLog log) {
        this.tools = tools;
        this.log = log;
    }

    /** The state of a container, with more fields than the specification has. */
    public JsonNode state(String id) {
        return ContainerReport.of(tools.store(), tools.store().get(id)).json();
    }

    /**
     * Creates a container from a bundle; {@link #start} starts its command.
     *
     * @param stage the stage, which waits for its plan
     * @return the failure, if the container could not be created
     */
    public Optional<Outcome> create(WaitingStage stage, String id, Bundle bundle, CreateOptions options) {
        options.checkTerminal(bundle.spec().process());
        return new Creation(tools, log.warnings()).create(id, bundle, options, stage);
    }

    /**
     * Starts the command of a container that was created from a bundle.
     *
     * @return the failure, if the command could not be executed
     */
    public Optional<Outcome> start(String id) {
        return new Start(tools, log).start(id);
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
