package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.OutcomeJson;
import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SupervisedLaunch;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The monitor process of one container, as conmon is for podman. It outlives the process that started it: it launches
 * the container that the folder describes, logs its output, and records its result.
 */
public final class Monitor {

    private static final int FAILED = 125;
    private static final int READERS_MILLIS = 10_000;

    /** Parses {@link NewContainer#resolved}. */
    public interface Reader {
        /**
         * The launch that {@code resolved} describes.
         *
         * @param terminal whether the container has a terminal
         * @throws InvalidSpecException when it is invalid
         */
        SupervisedLaunch read(ObjectNode resolved, boolean terminal);
    }

    private final Linux linux;
    private final SelfExec self;
    private final Reader reader;
    private final ContainerFolder folder;

    /** @param folder the path of the container's folder */
    public Monitor(Linux linux, SelfExec self, Reader reader, String folder) {
        this.linux = linux;
        this.self = self;
        this.reader = reader;
        this.folder = new ContainerFolder(Path.of(folder));
    }

    /** Runs the container; returns the exit status of this process. */
    public int perform() {
        // The starter's terminal and signals to its process group must not affect a container.
        linux.startSession();
        ObjectNode description = folder.description().orElseThrow();
        ObjectNode result = result(description);
        folder.finish(result);
        if (description.path("autoRemove").asBoolean()) {
            awaitReaders();
            ContainerLayers.forget(linux, self, description.path("store").asText(), folder.id());
            folder.remove();
        }
        return 0;
    }

    /**
     * Waits until attached clients have read the rest of the output, before it is removed; at most
     * {@link #READERS_MILLIS}.
     */
    private void awaitReaders() {
        // Readers have the FIFO open for reading too. When the last one closes it, this end reports POLLERR.
        try (OpenFile others = new OpenFile(
                linux,
                linux.open(
                        folder.readers().toString(), FileFlag.O_WRONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW))) {
            PollSet set = new PollSet(1);
            set.add(others.descriptor(), 0);
            linux.poll(set, READERS_MILLIS);
        } catch (LinuxException e) {
            // ENXIO: no reader.
        }
    }

    private ObjectNode result(ObjectNode description) {
        try {
            return json(launch(description));
        } catch (UncheckedIOException e) {
            return setupFailed(e.getCause().getMessage());
        } catch (InvalidSpecException | LinuxException | CgroupException e) {
            return setupFailed(e.getMessage());
        }
    }

    /** The result of a container that could not be set up. */
    static ObjectNode setupFailed(String message) {
        return json(new Outcome(Outcome.Reason.SETUP_FAILED, FAILED, 0, message, 0, 0, -1, ""));
    }

    private Outcome launch(ObjectNode description) {
        SupervisedLaunch launched = reader.read(
                (ObjectNode) description.get("resolved"),
                description.path("tty").asBoolean());
        Launch launch = new Launch(
                linux,
                self,
                ContainerStore.at(linux, description.path("store").asText()).withSystemd(launched.systemdCgroup()),
                launched.spec());
        launch.adoptLayer(description.path("resolved").path(NewContainer.WAITS).asText());
        // The FIFOs are opened before the container is marked as started, so that input written from then on is kept.
        int stdin = open(folder.stdin());
        int control = open(folder.control());
        int readers =
                linux.open(folder.readers().toString(), FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
        folder.markStarted(ContainerFolder.object()
                .put("started", Instant.now().toString())
                .put("monitor", linux.processId()));
        ServedStages stages = ServedStages.startAlone(linux, self);
        LogWriter log =
                new LogWriter(linux, folder.log(), description.path("maxLog").asLong());
        MonitorIo io = new MonitorIo(
                linux,
                stages.pipes(),
                log,
                stdin,
                control,
                readers,
                description.path("openStdin").asBoolean(),
                size(description));
        launch.reportingAttempts(Containers.attempts(folder.path().getParent()));
        return (isEphemeral(launched.spec()) ? launch : launch.keepingLayer())
                .run(folder.id(), stages.connectTo(io), false, launched.timeoutMillis());
    }

    /** Whether the container's files are in memory, so that no layer is kept. */
    private static boolean isEphemeral(Spec spec) {
        return spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION);
    }

    /** The initial size of the container's terminal. */
    private static WindowSize size(ObjectNode description) {
        return new WindowSize(
                description.path("rows").asInt(), description.path("columns").asInt());
    }

    /** Opens a FIFO for reading and writing, so that it does not reach its end when a writer closes it. */
    private int open(Path fifo) {
        return linux.open(fifo.toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
    }

    private static ObjectNode json(Outcome outcome) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(OutcomeJson.write(outcome));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
