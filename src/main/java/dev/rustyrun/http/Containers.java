package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupLayout;
import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Deletion;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.launch.StageSpawner.StartedMonitor;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The containers that nobody waits for: a folder each, so that they are still there after a restart of the service. */
@Singleton
final class Containers {

    private static final long START_SECONDS = 10;
    private static final long POLL_MILLIS = 5;
    private static final String ID = "[0-9a-f]{12}";

    private final Linux linux;
    private final StageSpawner spawner;
    private final Specs specs;
    private final Limits limits;
    private final ContainerStore store;
    private final Path root;
    private final Events events;
    private final Watches watches;
    private boolean closed;

    Containers(LaunchTools tools, Specs specs, Limits limits, ServeConfig config, Events events, Watches watches) {
        this.watches = watches;
        this.linux = tools.linux();
        this.spawner = tools.spawner();
        this.specs = specs;
        this.limits = limits;
        this.events = events;
        this.store = tools.store();
        this.root = Path.of(config.dataFolder().orElse(store.folder() + "/.containers"))
                .toAbsolutePath();
    }

    /** Where they are. */
    Path root() {
        return root;
    }

    /** All of them, oldest first. */
    List<ContainerFolder> all() {
        return folders().stream()
                .filter(ContainerFolder::exists)
                .map(folder -> Map.entry(place(folder), folder))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
    }

    /**
     * Removes folders without a description: whoever made them was killed before anybody was told of the container. Only the
     * folder's one service may ask for that, and only while it makes none.
     *
     * @return their names
     */
    List<String> removeUnfinished() {
        ContainerFolder.removeRemoved(root);
        List<String> removed = new ArrayList<>();
        for (ContainerFolder folder : folders()) {
            if (folder.isUnfinished()) {
                folder.remove();
                removed.add(folder.id());
            }
        }
        return removed;
    }

    private List<ContainerFolder> folders() {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> path.getFileName().toString().matches(ID))
                    .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(ContainerFolder::new)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is in the list. */
    static ContainerPage.Place place(ContainerFolder folder) {
        Instant created = folder.description()
                .map(json -> json.path("created").asText())
                .map(Containers::instant)
                .orElse(Instant.EPOCH);
        return new ContainerPage.Place(created, folder.id());
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /**
     * The one with this id.
     *
     * @throws ProblemException when there is none
     */
    ContainerFolder named(String id) {
        if (id.matches(ID)) {
            ContainerFolder folder = new ContainerFolder(root.resolve(id));
            if (folder.exists()) {
                return folder;
            }
        }
        throw Problem.notFound("there is no container of this id").exception();
    }

    /** Makes one that is not started. */
    ContainerFolder create(ContainerRequest request) {
        LaunchRequest resolved = specs.resolve(
                request.launch(), limits.longestTimeoutMillis(request.launch().timeoutSeconds()));
        UserIds ids = specs.userIds(resolved);
        SpecValidator.check(ResolvedSpec.of(linux, resolved, request.tty(), ids));
        String id = store.newId();
        ContainerFolder folder = new ContainerFolder(root.resolve(id));
        try {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectory(
                    folder.path(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean described = false;
        try {
            describe(folder, request, resolved, ids);
            described = true;
        } finally {
            if (!described) {
                folder.remove();
            }
        }
        events.tell("created", id);
        return folder;
    }

    private void describe(ContainerFolder folder, ContainerRequest request, LaunchRequest resolved, UserIds ids) {
        linux.makeNode(FileFlag.AT_FDCWD, folder.stdin().toString(), FileFlag.S_IFIFO | 0600, 0);
        linux.makeNode(FileFlag.AT_FDCWD, folder.control().toString(), FileFlag.S_IFIFO | 0600, 0);
        linux.makeNode(FileFlag.AT_FDCWD, folder.readers().toString(), FileFlag.S_IFIFO | 0600, 0);
        folder.reserve();
        ObjectNode json = ContainerFolder.object()
                .put("id", folder.id())
                .put("created", Instant.now().toString())
                .put("tty", request.tty())
                .put("rows", request.rows())
                .put("columns", request.columns())
                .put("openStdin", request.openStdin())
                .put("maxLog", request.maxLog())
                .put("store", store.folder());
        ObjectNode labels = json.putObject("labels");
        request.labels().forEach(labels::put);
        json.set("launch", request.launch().json());
        ObjectNode launched = resolved.json();
        ids.writeTo(launched);
        json.set("resolved", launched);
        folder.describe(json);
    }

    /**
     * Starts one, and waits until its monitor has begun.
     *
     * @throws ProblemException when it was started before, or the service stops
     */
    CompletionStage<ContainerFolder> start(ContainerFolder folder) throws InterruptedException {
        synchronized (this) {
            if (closed) {
                throw Problem.busy(503, "the service is stopping", 1).exception();
            }
            folder.damage().ifPresent(damage -> {
                throw ContainerFolder.broken(damage).exception();
            });
            if (ContainerStatus.of(linux, folder) != ContainerStatus.CREATED || Files.exists(folder.errors())) {
                throw Problem.conflict("the container was started before").exception();
            }
            startMonitor(folder);
        }
        return watches.until(
                        folder,
                        START_SECONDS * 1000,
                        () -> folder.started().or(folder::result).map(begun -> folder))
                .thenApply(begun -> {
                    events.tell("started", folder.id());
                    return folder;
                });
    }

    private void startMonitor(ContainerFolder folder) throws InterruptedException {
        boolean watched = false;
        Optional<StartedMonitor> monitor = Optional.empty();
        try (OpenFile errors = new OpenFile(linux, linux.create(folder.errors().toString(), 0600))) {
            monitor = Optional.of(spawner.startMonitor(folder.path().toString(), errors.descriptor()));
            events.watch(folder, monitor.get().pid(), monitor.get().ended());
            watched = true;
        } finally {
            if (monitor.isEmpty()) {
                // So that it can be started another time.
                linux.removeFile(folder.errors().toString());
            } else if (!watched) {
                monitor.get().ended().accept(true);
            }
        }
    }

    /** Lets none be started any more: whoever looks for those that run afterwards misses none. */
    synchronized void close() {
        closed = true;
    }

    /** Whether it runs, or has been started and may run in a moment. */
    boolean mayRun(ContainerFolder folder) {
        ContainerStatus status = ContainerStatus.of(linux, folder);
        return status.isAlive() || status == ContainerStatus.CREATED && Files.exists(folder.errors());
    }

    /** Sends a signal to PID 1, frozen or not; whether there is one. */
    boolean killIfMade(ContainerFolder folder, String signal) {
        Optional<Integer> init = store.running(folder.id()).map(state -> state.pid());
        if (init.isEmpty()) {
            return false;
        }
        cgroup(folder).ifPresent(Cgroup::thaw);
        linux.kill(init.get(), number(signal));
        events.tell("killed", folder.id());
        return true;
    }

    /** Sends a signal to PID 1; waits a moment for a container that is just being made to have one. */
    void kill(ContainerFolder folder, String signal) throws InterruptedException {
        int number = number(signal);
        for (long end = System.nanoTime() + START_SECONDS * 1_000_000_000; System.nanoTime() < end; ) {
            Optional<Integer> init = store.running(folder.id()).map(state -> state.pid());
            if (init.isPresent()) {
                linux.kill(init.get(), number);
                if (number == Signal.SIGKILL.number()) {
                    // In v1 a frozen process does not even die.
                    cgroup(folder).ifPresent(Cgroup::thaw);
                }
                events.tell("killed", folder.id());
                return;
            }
            if (ContainerStatus.of(linux, folder) != ContainerStatus.RUNNING) {
                throw Problem.conflict("the container does not run").exception();
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw Problem.busy(503, "the container is still being made", 1).exception();
    }

    private static int number(String signal) {
        String name = signal.startsWith("SIG") ? signal : "SIG" + signal;
        return Stream.of(Signal.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .map(Signal::number)
                .or(() -> signal.matches("[1-9]|[1-5][0-9]|6[0-4]")
                        ? Optional.of(Integer.parseInt(signal))
                        : Optional.empty())
                .orElseThrow(() -> Problem.field(
                                "/signal",
                                "signal \"" + signal + "\" is neither a name such as TERM nor a"
                                        + " number from 1 to 64")
                        .exception());
    }

    /**
     * Forgets one.
     *
     * @param force whether it is killed first if it runs
     * @throws ProblemException when it runs and shall not be killed
     */
    void remove(ContainerFolder folder, boolean force) throws InterruptedException {
        ContainerStatus status = ContainerStatus.of(linux, folder);
        if (status == ContainerStatus.BROKEN) {
            if (!force) {
                throw ContainerFolder.broken(folder.damage().orElse("it changes"))
                        .exception();
            }
            endBroken(folder);
        } else if (status.isAlive()) {
            if (!force) {
                throw Problem.conflict("the container runs; stop it first, or delete it with ?force=true")
                        .exception();
            }
            order(folder, MonitorIo.DROP);
            killUnlessEnded(folder);
            awaitEnd(folder, START_SECONDS);
        }
        endLost(folder);
        events.logEnd(folder);
        folder.remove();
        events.tell("deleted", folder.id());
    }

    private void killUnlessEnded(ContainerFolder folder) throws InterruptedException {
        try {
            kill(folder, "KILL");
        } catch (ProblemException e) {
            if (ContainerStatus.of(linux, folder).isAlive()) {
                throw e;
            }
        }
    }

    /** Takes away what is left of one whose monitor and stages were killed at once: nobody else would before the next start. */
    private void endLost(ContainerFolder folder) {
        if (store.has(folder.id())) {
            new Deletion(linux, store, System.err).delete(folder.id(), true);
        }
    }

    /** Ends all that may belong to one of which nothing is known but its id. */
    private void endBroken(ContainerFolder folder) throws InterruptedException {
        new Deletion(linux, store, System.err).delete(folder.id(), true);
        long end = System.nanoTime() + START_SECONDS * 1_000_000_000;
        Optional<Integer> monitor = ContainerStatus.monitor(linux, folder);
        while (monitor.isPresent()) {
            if (System.nanoTime() > end) {
                linux.kill(monitor.get(), Signal.SIGKILL.number());
            }
            Thread.sleep(POLL_MILLIS);
            // What it had not started when its container was to be ended, it may have since.
            new Deletion(linux, store, System.err).delete(folder.id(), true);
            monitor = ContainerStatus.monitor(linux, folder);
        }
    }

    /** Writes down the end of those whose monitor was killed, and that ended with it; their ids. */
    List<String> settleLost() {
        List<ContainerFolder> lost = all().stream()
                .filter(folder -> ContainerStatus.of(linux, folder) == ContainerStatus.LOST)
                .toList();
        for (ContainerFolder folder : lost) {
            folder.finish(ContainerFolder.object()
                    .put("reason", "lost")
                    .put("exitCode", 137)
                    .put("signal", 9)
                    .put("message", "the process that watched it was killed, and it with that")
                    .put("finished", Instant.now().toString()));
            events.tell("exited", folder.id());
        }
        return lost.stream().map(ContainerFolder::id).toList();
    }

    /** Waits for its end; whether it came within that time. */
    boolean awaitEnd(ContainerFolder folder, long seconds) throws InterruptedException {
        try {
            return end(folder, seconds, new CompletableFuture<>())
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Whether its end comes within that time.
     *
     * @param answer may be completed before, by a caller that has gone
     */
    CompletionStage<Boolean> end(
            ContainerFolder folder, long seconds, CompletableFuture<Optional<ContainerStatus>> answer) {
        return watches.until(
                        folder,
                        seconds * 1000,
                        answer,
                        () -> Optional.of(ContainerStatus.of(linux, folder)).filter(ContainerStatus::hasEnded))
                .thenApply(Optional::isPresent);
    }

    /**
     * The cgroup of one that runs, or is being made.
     *
     * @throws ProblemException 409 when it does not run or has none, 503 when it is not made in time
     */
    Cgroup cgroupOfRunning(ContainerFolder folder) {
        try {
            awaitMade(folder, () -> store.running(folder.id()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        }
        return cgroup(folder)
                .orElseThrow(() -> Problem.conflict("the container has just ended, or has no cgroup")
                        .exception());
    }

    /** The cgroup of one that runs, if it has any. */
    Optional<Cgroup> cgroup(ContainerFolder folder) {
        return store.running(folder.id())
                .filter(state -> !state.cgroup().isEmpty())
                .map(state -> Cgroup.at(linux, CgroupLayout.detect(linux), CgroupPath.of(state.cgroup(), folder.id())));
    }

    /**
     * What {@code attempt} gets of a container that runs, as soon as it gets it: of one that is still being made it gets nothing.
     *
     * @throws ProblemException 409 when the container does not run, 503 when it is not made in time
     */
    <T> T awaitMade(ContainerFolder folder, Supplier<Optional<T>> attempt) throws InterruptedException {
        long end = System.nanoTime() + START_SECONDS * 1_000_000_000;
        while (true) {
            ContainerStatus status = ContainerStatus.of(linux, folder);
            if (!status.isAlive()) {
                throw Problem.conflict("the container does not run: it is " + status.word())
                        .exception();
            }
            Optional<T> got = attempt.get();
            if (got.isPresent()) {
                return got.get();
            }
            if (System.nanoTime() > end) {
                throw Problem.busy(503, "the container is still being made", 1).exception();
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Writes to one of its FIFOs, if its monitor is there to read. */
    void order(ContainerFolder folder, String line) {
        try (OpenFile control = new OpenFile(
                linux,
                linux.open(folder.control().toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW))) {
            linux.writeAll(control.descriptor(), (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** What the API shows of one. */
    ObjectNode view(ContainerFolder folder) {
        Optional<String> damage = folder.damage();
        if (damage.isPresent()) {
            return brokenView(folder, damage.get());
        }
        ObjectNode json = folder.description()
                .orElseThrow(() ->
                        Problem.notFound("there is no container of this id").exception());
        json.remove("resolved");
        json.remove("store");
        ContainerStatus status = ContainerStatus.of(linux, folder);
        if (status == ContainerStatus.RUNNING
                && cgroup(folder).map(group -> group.isFrozen()).orElse(false)) {
            status = ContainerStatus.PAUSED;
        }
        json.put("status", status.word());
        folder.started().ifPresent(started -> json.set("started", started.get("started")));
        folder.result().ifPresent(result -> json.set("result", result));
        return json;
    }

    private static ObjectNode brokenView(ContainerFolder folder, String damage) {
        if (!folder.exists()) {
            throw Problem.notFound("there is no container of this id").exception();
        }
        ObjectNode json = ContainerFolder.object().put("id", folder.id());
        folder.description().ifPresent(known -> {
            json.put("created", known.path("created").asText());
            json.set("labels", known.path("labels"));
        });
        return json.put("status", ContainerStatus.BROKEN.word()).put("message", damage);
    }
}
