package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.stage.StageSpawner;
import dev.rustyrun.stage.StageSpawner.StartedMonitor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The monitored containers, each with a folder, so that they survive a restart of the service. Safe for use by several
 * threads.
 */
public final class Containers {

    static final long START_SECONDS = 10;
    /** How long a monitor may take to begin; it needs milliseconds, but the machine may be busy. */
    private static final long BEGIN_SECONDS = 60;

    static final long POLL_MILLIS = 5;
    /** The end of a container whose monitor was killed. */
    static final String LOST_MESSAGE = "its monitor was killed, and the container with it";

    /** Almost every container is set up within this time. */
    private static final long SOON_NANOS = 50_000_000;
    /** The pause between checks until then: the kernel reports no execve(2). */
    private static final long SOON_MILLIS = 1;

    private final Linux linux;
    private final StageSpawner spawner;
    private final ContainerStore store;
    private final ContainerFolders folders;
    private final Listener listener;
    private final Watches watches;
    private final Monitors monitors;
    private final RunningContainers running;
    private final Ending ending;
    private boolean closed;

    /**
     * The containers in {@code root}.
     *
     * @param listener receives their events
     */
    public Containers(LaunchTools tools, Path root, Watches watches, Listener listener) {
        this.linux = tools.linux();
        this.spawner = tools.spawner();
        this.store = tools.store();
        this.folders = new ContainerFolders(root);
        this.listener = listener;
        this.watches = watches;
        this.monitors = new Monitors(linux, watches, listener);
        this.running = new RunningContainers(this, tools);
        this.ending = new Ending(this, tools, listener, monitors);
    }

    /** The folder of all containers. */
    public Path root() {
        return folders.root();
    }

    /** The path of the FIFO to which the containers' proxies report attempts. */
    public String attempts() {
        return attempts(root());
    }

    static String attempts(Path root) {
        return root.resolve(".attempts").toString();
    }

    /** The container with this id, if it exists. */
    public Optional<ContainerFolder> find(String id) {
        return folders.find(id);
    }

    /** All containers, oldest first. */
    public List<ContainerFolder> all() {
        return folders.all();
    }

    /** The folders of all containers in no particular order; some may be incomplete. Reads no files. */
    public List<ContainerFolder> folders() {
        return folders.folders();
    }

    /**
     * The container with this id.
     *
     * @throws ContainerException if it does not exist
     */
    public ContainerFolder named(String id) {
        return folders.named(id);
    }

    /**
     * Removes folders of at least this age that have no description. Only the sole creator, while it creates none, may
     * pass a shorter age than a creation takes.
     *
     * @return the ids of the removed folders
     */
    public List<String> removeUnfinished(Duration atLeast) {
        return folders.removeUnfinished(atLeast);
    }

    /** Removes containers of at least this age that have never been started; returns their ids. */
    List<String> removeUnstarted(Duration atLeast) {
        List<ContainerFolder> unstarted = all().stream()
                .filter(folder -> status(folder) == ContainerStatus.CREATED
                        && !folder.hasMonitor()
                        && folder.isOlderThan(atLeast)
                        && !folder.resolved().has(NewContainer.WAITS))
                .toList();
        unstarted.forEach(ContainerFolder::remove);
        return unstarted.stream().map(ContainerFolder::id).toList();
    }

    /** Creates a container with a new id; it is not started. */
    public ContainerFolder create(NewContainer wanted) {
        return create(store.newId(), wanted);
    }

    /**
     * Creates a container; it is not started.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when {@code id} is invalid, or in use
     */
    public ContainerFolder create(String id, NewContainer wanted) {
        store.checkFree(id);
        ContainerFolder folder = folders.make(linux, id, wanted, store.folder());
        listener.changed("created", folder.id());
        return folder;
    }

    /**
     * Starts a container. The result completes when its monitor has begun, or with a {@link ContainerException} when it
     * takes too long.
     *
     * @throws ContainerException when it was started before, or the service stops
     */
    public CompletionStage<ContainerFolder> start(ContainerFolder folder) throws InterruptedException {
        synchronized (this) {
            if (closed) {
                throw ContainerException.busy("the service is stopping");
            }
            folder.damage().ifPresent(damage -> {
                throw ContainerFolder.broken(damage);
            });
            if (FolderStatus.of(linux, folder) != ContainerStatus.CREATED || folder.hasMonitor()) {
                throw ContainerException.conflict("the container was already started");
            }
            startMonitor(folder);
        }
        return watches.until(
                        folder, BEGIN_SECONDS * 1000, () -> Optional.of(folder).filter(ContainerFolder::hasBegun))
                .thenApply(begun -> {
                    listener.changed("started", folder.id());
                    return begun.orElseThrow(() -> ContainerException.busy("the container " + folder.id()
                            + " has not begun within " + BEGIN_SECONDS + " s: see its status"));
                });
    }

    private void startMonitor(ContainerFolder folder) throws InterruptedException {
        boolean watched = false;
        Optional<StartedMonitor> monitor = Optional.empty();
        try (OpenFile errors = new OpenFile(linux, linux.create(folder.errors().toString(), 0600))) {
            monitor = Optional.of(spawner.startMonitor(folder.path().toString(), errors.descriptor()));
            monitors.watch(folder, monitor.get().pid(), monitor.get().ended());
            watched = true;
        } finally {
            if (monitor.isEmpty()) {
                // Without this file, the start can be repeated.
                linux.removeFile(folder.errors().toString());
            } else if (!watched) {
                monitor.get().ended().accept(true);
            }
        }
    }

    /**
     * Waits until a started container is set up and has executed its command.
     *
     * @return the result if the setup failed or the monitor was killed; else empty
     */
    public Optional<ObjectNode> awaitSetUp(ContainerFolder folder) throws InterruptedException {
        List<String> command = new ArrayList<>();
        folder.description()
                .ifPresent(json -> json.path("launch").path("command").forEach(word -> command.add(word.asText())));
        long end = System.nanoTime() + SOON_NANOS;
        while (!running.hasExecuted(folder, command)) {
            ContainerStatus status = status(folder);
            if (status == ContainerStatus.LOST) {
                return Optional.of(Monitor.setupFailed(LOST_MESSAGE));
            }
            if (status != ContainerStatus.RUNNING) {
                return folder.result()
                        .filter(result -> result.path("reason").asText().equals(Outcome.Reason.SETUP_FAILED.word()));
            }
            Thread.sleep(System.nanoTime() < end ? SOON_MILLIS : POLL_MILLIS);
        }
        return Optional.empty();
    }

    /** Refuses new starts, so that a later list of running containers is complete. */
    public synchronized void close() {
        closed = true;
    }

    /** The status of a container; does not distinguish {@link ContainerStatus#PAUSED} from running. */
    public ContainerStatus status(ContainerFolder folder) {
        return FolderStatus.of(linux, folder);
    }

    /** Whether a container runs, or has been started and may run in a moment. */
    boolean mayRun(ContainerFolder folder) {
        ContainerStatus status = status(folder);
        return status.isAlive() || status == ContainerStatus.CREATED && folder.hasMonitor();
    }

    /** The operations on running containers. */
    public RunningContainers running() {
        return running;
    }

    /** The operations that end containers. */
    Ending ending() {
        return ending;
    }

    /**
     * Sends a signal to PID 1, or to all processes. Waits up to ten seconds for the PID 1 of a container that is still
     * being made.
     *
     * @param signal a name, such as TERM, or a number
     * @throws ContainerException when the signal is unknown, or the container does not run
     */
    public void kill(ContainerFolder folder, String signal, boolean all) throws InterruptedException {
        ending.kill(folder, signal, all);
    }

    /**
     * Deletes a container.
     *
     * @param force whether a running container is killed first
     * @throws ContainerException when it runs and {@code force} is not set
     */
    public void remove(ContainerFolder folder, boolean force) throws InterruptedException {
        ending.remove(folder, force);
    }

    /** Records the end of containers that were killed together with their monitor; returns their ids. */
    public List<String> recordLost() {
        return ending.recordLost();
    }

    /**
     * Completes with whether the container ends within {@code seconds}.
     *
     * @param answer may be completed earlier, for a caller that has disconnected
     */
    public CompletionStage<Boolean> end(
            ContainerFolder folder, long seconds, CompletableFuture<Optional<ContainerStatus>> answer) {
        return watches.until(
                        folder,
                        seconds * 1000,
                        answer,
                        () -> Optional.of(status(folder)).filter(ContainerStatus::hasEnded))
                .thenApply(Optional::isPresent);
    }

    /** The input of a container. {@code wake} is called when more input may be written; it must not block. */
    public ContainerInput input(ContainerFolder folder, Runnable wake) {
        return new ContainerInput(linux, this, watches, folder, wake);
    }

    /**
     * A hold that keeps the container's log from being removed before it has been read; inactive until
     * {@link LogHold#begin}.
     */
    public LogHold hold(ContainerFolder folder) {
        return new LogHold(linux, folder.log(), folder.readers());
    }

    /**
     * Sends an order to the container's monitor, if it runs: {@code eof}, {@code resize ROWS COLUMNS} or
     * {@link MonitorIo#DROP}.
     */
    public void order(ContainerFolder folder, String line) {
        try (OpenFile control = new OpenFile(
                linux,
                linux.open(folder.control().toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW))) {
            linux.writeAll(control.descriptor(), (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The report on a container without a state, for lists, with its labels; empty if it does not exist. */
    public Optional<ObjectNode> report(ContainerFolder folder) {
        return ContainerFolders.describe(folder).map(found -> {
            JsonNode known = found.description().map(JsonNode.class::cast).orElseGet(ContainerFolder::object);
            ObjectNode json = ContainerReport.ofEnded(
                            linux,
                            folder.id(),
                            known.path("launch").path("rootfs").asText(),
                            known.path("created").asText(),
                            status(folder),
                            folder.damage())
                    .json();
            found.description().ifPresent(request -> json.set("labels", request.path("labels")));
            return json;
        });
    }

    /** The public description of a container. */
    public ObjectNode view(ContainerFolder folder) {
        Optional<String> damage = folder.damage();
        return damage.isPresent()
                ? ContainerView.ofBroken(folder, damage.get())
                : ContainerView.of(folder, exactStatus(folder));
    }

    /**
     * The description of a container that has ended and may have been deleted since.
     *
     * @param kept the open file of its result
     */
    public ObjectNode viewAtEnd(ContainerFolder folder, ResultHold kept) {
        Optional<ObjectNode> end = kept.read();
        try {
            ObjectNode json = view(folder);
            // The container may have been removed during {@link #view}.
            end.ifPresent(read -> json.set("result", read));
            return json;
        } catch (ContainerException gone) {
            ObjectNode json =
                    ContainerFolder.object().put("id", folder.id()).put("status", ContainerStatus.EXITED.word());
            json.set(
                    "result",
                    end.orElseGet(
                            () -> ContainerFolder.object().put("message", "container " + folder.id() + " is deleted")));
            return json;
        }
    }

    private ContainerStatus exactStatus(ContainerFolder folder) {
        ContainerStatus status = status(folder);
        return status == ContainerStatus.RUNNING && running.isFrozen(folder) ? ContainerStatus.PAUSED : status;
    }
}
