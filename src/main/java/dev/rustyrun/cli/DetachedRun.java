package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.CommandContext;
import dev.rustyrun.engine.DetachedLaunch;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.Variable;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.OutputException;
import dev.rustyrun.spec.Spec;
import java.nio.file.Path;
import java.util.Optional;

/** {@code run --detach}, and {@code create} with an image: makes a container and prints its id. */
final class DetachedRun {

    private final CommandContext context;
    private final OutcomeOptions outcome;
    private String id = "";

    DetachedRun(CommandContext context, OutcomeOptions outcome) {
        this.context = context;
        this.outcome = outcome;
    }

    /**
     * The launch. The container's monitor repeats it with the same arguments.
     *
     * @param image the name of the image, if it has one
     * @param removed whether the container is deleted at its end
     */
    static DetachedLaunch launch(
            CommandContext context,
            Spec spec,
            Optional<String> image,
            LaunchRequest request,
            ContainerRequest container,
            boolean removed) {
        ObjectNode again = JsonNodeFactory.instance.objectNode();
        MonitoredLaunch.write(
                again,
                context.args(),
                Path.of("").toAbsolutePath().toString(),
                new LocalSpec.Resolved(
                        spec.root().image().map(Spec.Image::name).orElse(""),
                        request.env().stream().map(Variable::word).toList()));
        return new DetachedLaunch(
                spec,
                image,
                container.labels(),
                spec.process().terminal() ? context.terminalSize() : Spec.ConsoleSize.UNSET,
                container.isInteractive(),
                removed,
                again);
    }

    /**
     * Makes the container; returns the exit status.
     *
     * @param name the id; empty to generate one
     * @param waits whether the container waits for {@code start}
     */
    int perform(String name, DetachedLaunch launch, boolean waits) {
        boolean made = false;
        try {
            Optional<JsonNode> failure = Optional.empty();
            if (waits) {
                context.engine().create(name, launch, this::named);
            } else {
                failure = context.engine().start(name, launch, this::named);
            }
            made = failure.isEmpty();
            if (failure.isPresent()) {
                context.error(failure.get().path("message").asText());
                return failure.get().path("exitCode").asInt();
            }
        } finally {
            if (!made) {
                outcome.removeId();
            }
        }
        print();
        return 0;
    }

    private void named(String given) {
        id = given;
        if (outcome.wantsId()) {
            outcome.writeId(given);
        }
    }

    private void print() {
        try {
            context.forEngine().print(id + "\n");
        } catch (OutputException e) {
            // Without its id, nobody would know of the container.
            context.engine().delete(id, true);
            outcome.removeId();
            throw new InvalidSpecException(
                    "the container's id cannot be printed: " + e.reason() + "; the container is deleted");
        }
    }
}
