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
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The process that watches one container and outlives whoever has started it: it launches what the container's folder says,
 * keeps what that writes, and writes down how it ended.
 */
public final class Monitor {

    private static final int FAILED = 125;
    private static final int READERS_MILLIS = 10_000;

    /**
     * What a container is launched with.
     *
     * @param timeoutMillis after how many milliseconds it is killed; 0 for never
     * @param systemdCgroup whether systemd makes its cgroup
     */
    public record Launched(Spec spec, long timeoutMillis, boolean systemdCgroup) {}

    /** Reads that from the {@link NewContainer#resolved} of its maker. */
    public interface Reader {
        /**
         * What it says.
         *
         * @param terminal whether the container has a terminal
         * @throws InvalidSpecException when that cannot be
         */
        Launched read(ObjectNode resolved, boolean terminal);
    }

    private final Linux linux;
    private final SelfExec self;
    private final Reader reader;
    private final ContainerFolder folder;

    /** @param folder of the container */
    public Monitor(Linux linux, SelfExec self, Reader reader, String folder) {
        this.linux = linux;
        this.self = self;
        this.reader = reader;
        this.folder = new ContainerFolder(Path.of(folder));
    }

    /** Does all that; what to exit with. */
    public int perform() {
        // The starter's terminal and signals to its process group must not affect a container.
        linux.startSession();
        ObjectNode description = folder.description().orElseThrow();
        ObjectNode result = result(description);
        result.put("finished", Instant.now().toString());
        folder.finish(result);
        if (description.path("autoRemove").asBoolean()) {
            awaitReaders();
            ContainerLayers.forget(linux, self, description.path("store").asText(), folder.id());
            folder.remove();
        }
        return 0;
    }

    /**
     * Attached callers get the rest of the output before it is removed; a caller that does not read gets no more than
     * this time.
     */
    private void awaitReaders() {
        // They have the FIFO open for reading, too: its other end is in error when the last of them has closed it.
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
            return json(new Outcome(
                    Outcome.Reason.SETUP_FAILED, FAILED, 0, e.getCause().getMessage(), 0, 0, -1, ""));
        } catch (InvalidSpecException | LinuxException | CgroupException e) {
            return json(new Outcome(Outcome.Reason.SETUP_FAILED, FAILED, 0, e.getMessage(), 0, 0, -1, ""));
        }
    }

    private Outcome launch(ObjectNode description) {
        Launched launched = reader.read(
                (ObjectNode) description.get("resolved"),
                description.path("tty").asBoolean());
        Launch launch = new Launch(
                linux,
                self,
                ContainerStore.at(linux, description.path("store").asText()).withSystemd(launched.systemdCgroup()),
                launched.spec());
        launch.adoptLayer(description.path("resolved").path(NewContainer.WAITS).asText());
        // Open before anybody is told that it runs: what is then written there is kept.
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
        launch.tellingAttempts(Containers.attempts(folder.path().getParent()));
        return (goesWithItsEnd(launched.spec()) ? launch : launch.keepingLayer())
                .run(folder.id(), stages.speakingWith(io), false, launched.timeoutMillis());
    }

    /** Whether the container's files are in memory, so that nothing is to be kept. */
    private static boolean goesWithItsEnd(Spec spec) {
        return spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION);
    }

    /** Of its terminal, as long as nobody says another. */
    private static WindowSize size(ObjectNode description) {
        return new WindowSize(
                description.path("rows").asInt(), description.path("columns").asInt());
    }

    /** For reading and writing, so that it never comes to an end when a writer goes. */
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
