package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.PsOutput;
import dev.rustyrun.container.Running;
import dev.rustyrun.container.StaleContainers;
import dev.rustyrun.container.files.ContainerFiles;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.files.UnwatchedFiles;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Detached;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.container.supervised.ResultHold;
import dev.rustyrun.container.supervised.Unwatched;
import dev.rustyrun.container.supervised.UsageJson;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.LogFrame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The containers of this user on this machine: detached ones, which have logs, and for the operations that need no log
 * all others in the store too.
 */
public final class LocalEngine implements Engine {

    /** The entry of a container's stored description that holds {@link LaunchedWith#json}. */
    public static final String FILES = "files";

    private final LaunchTools tools;
    private final Unwatched unwatched;
    /**
     * The results of containers that this process is attached to; they stay readable when the container is deleted at
     * its end.
     */
    private final Map<String, ResultHold> attached = new ConcurrentHashMap<>();

    private Optional<Detached> detached = Optional.empty();

    /** Creates the engine for the store of {@code tools}. */
    public LocalEngine(LaunchTools tools, PrintStream warnings) {
        this.tools = tools;
        this.unwatched = new Unwatched(tools, warnings);
    }

    private Optional<Detached> detached() {
        detached = detached.or(() -> Detached.find(tools));
        return detached;
    }

    private Optional<ContainerFolder> find(String id) {
        return detached().flatMap(all -> all.containers().find(id));
    }

    private Containers containers() {
        return detached.orElseThrow().containers();
    }

    /** The detached container with this id; throws for other containers, which do not have {@code what}. */
    private ContainerFolder watched(String id, String what) {
        return find(id).orElseThrow(() -> {
            unwatched.report(id);
            return ContainerException.conflict(
                    "container \"" + id + "\" was not started by run --detach: it has no " + what);
        });
    }

    @Override
    public List<JsonNode> list(ContainerFilter filter) {
        filter.check(ContainerFilter.STATUSES);
        Map<String, ObjectNode> all = new TreeMap<>();
        ContainerReport.all(tools.store())
                .forEach(report -> all.put(report.state().id(), report.json()));
        detached().ifPresent(others -> addTo(all, others.containers()));
        return all.values().stream()
                .filter(filter::matches)
                .map(JsonNode.class::cast)
                .toList();
    }

    /** Adds the detached containers without a state, and the labels of the others. */
    private static void addTo(Map<String, ObjectNode> all, Containers others) {
        for (ContainerFolder folder : others.folders()) {
            ObjectNode shown = all.get(folder.id());
            if (shown == null) {
                others.report(folder).ifPresent(report -> all.put(folder.id(), report));
            } else {
                // The state has the labels as annotations, so the request need not be read.
                shown.set(
                        "labels", shown.path("annotations").isObject() ? shown.get("annotations") : shown.objectNode());
            }
        }
    }

    @Override
    public List<String> columns() {
        return List.of("id", "pid", "status", "bundle", "created", "owner");
    }

    /** Checks that no detached container has this id. */
    public void checkFree(String id) {
        if (find(id).isPresent()) {
            throw ContainerStore.inUse(id);
        }
    }

    /** Removes resources that killed processes of containers have left; returns one line for each item. */
    public List<String> collect() {
        List<String> lines = new ArrayList<>(new StaleContainers(tools.linux(), tools.self(), tools.store()).remove());
        lines.addAll(detached().map(Detached::collect).orElse(List.of()));
        lines.addAll(ContainerLayers.removeLeft(tools.linux(), tools.self()));
        return lines;
    }

    /**
     * Creates a container and starts it detached.
     *
     * @param name the id; empty to generate one
     * @param started receives the id as soon as it is known
     * @return the result if the container could not be created; it is deleted then
     */
    public Optional<JsonNode> start(String name, DetachedLaunch wanted, Consumer<String> started) {
        launch(wanted);
        ContainerFolder folder = make(name, wanted.container());
        boolean made = false;
        try {
            started.accept(folder.id());
            await(interruptibly(() -> containers().start(folder)));
            Optional<JsonNode> failure =
                    interruptibly(() -> containers().awaitSetUp(folder)).map(JsonNode.class::cast);
            made = failure.isEmpty();
            return failure;
        } finally {
            if (!made) {
                uninterrupted(() -> containers().remove(folder, true));
            }
        }
    }

    /**
     * Creates a container that {@link #startCreated} starts later.
     *
     * @param name the id; empty to generate one
     * @param made receives the id and does further work; if it fails, the container is deleted
     */
    public void create(String name, DetachedLaunch wanted, Consumer<String> made) {
        Launch launch = launch(wanted);
        String token = UUID.randomUUID().toString();
        String id = make(name, wanted.container(token)).id();
        boolean done = false;
        try {
            made.accept(id);
            launch.keepingLayer().makeLayer(id, token);
            done = true;
        } finally {
            if (!done) {
                delete(id, true);
            }
        }
    }

    /** The launch; an exception if it is invalid, before anything of it exists. */
    private Launch launch(DetachedLaunch wanted) {
        return new Launch(tools.linux(), tools.self(), tools.store(), wanted.spec());
    }

    private ContainerFolder make(String name, NewContainer wanted) {
        detached = Optional.of(Detached.make(tools));
        return containers().create(name.isEmpty() ? tools.store().newId() : name, wanted);
    }

    /** Whether a detached container, or one made by {@link #create}, has this id. */
    public boolean isDetached(String id) {
        return find(id).isPresent();
    }

    /**
     * Starts a container that {@link #create} has created.
     *
     * @return the result if the container could not be created
     */
    public Optional<JsonNode> startCreated(String id) {
        ContainerFolder folder = find(id).orElseThrow();
        ContainerStatus status = containers().status(folder);
        if (status != ContainerStatus.CREATED) {
            throw ContainerException.conflict("container " + id + " is " + status.word()
                    + ", not created: a container can be started only once; run a new one");
        }
        await(interruptibly(() -> containers().start(folder)));
        return interruptibly(() -> containers().awaitSetUp(folder)).map(JsonNode.class::cast);
    }

    @Override
    public JsonNode container(String id) {
        Optional<ObjectNode> ended = Optional.ofNullable(attached.get(id)).flatMap(ResultHold::read);
        if (ended.isPresent()) {
            return JsonNodeFactory.instance.objectNode().set("result", ended.get());
        }
        Optional<ContainerFolder> folder = find(id);
        if (folder.isEmpty()) {
            return unwatched.report(id).json();
        }
        ObjectNode view = containers().view(folder.get());
        try {
            // A service's clients do not need the host's process ids.
            tools.store().running(id).ifPresent(state -> view.put("pid", state.pid()));
        } catch (ContainerException damaged) {
            // Its folder is valid, so the rest is known.
        }
        return view;
    }

    @Override
    public JsonNode awaitEnd(String id, long seconds) {
        Optional<ContainerFolder> folder = find(id);
        if (folder.isPresent()) {
            try (ResultHold kept = folder.get().holdResult()) {
                await(containers().end(folder.get(), seconds, new CompletableFuture<>()));
                return containers().viewAtEnd(folder.get(), kept);
            }
        }
        unwatched.awaitEnd(id, seconds);
        return unwatched.report(id).json();
    }

    @Override
    public void kill(String id, String signal, boolean all) {
        Optional<ContainerFolder> folder = find(id);
        if (folder.isPresent()) {
            uninterrupted(() -> containers().kill(folder.get(), signal, all));
        } else {
            unwatched.kill(id, signal, all);
        }
    }

    @Override
    public void delete(String id, boolean force) {
        Optional<ContainerFolder> folder = find(id);
        if (folder.isPresent()) {
            uninterrupted(() -> containers().remove(folder.get(), force));
        } else {
            unwatched.delete(id, force);
            ContainerLayers.forget(tools.linux(), tools.self(), tools.store().folder(), id);
        }
    }

    /** Throws if a detached container is not running; the message has its status. */
    void checkRuns(String id) {
        find(id).map(folder -> containers().status(folder))
                .filter(status -> !status.isAlive())
                .ifPresent(status -> {
                    throw ContainerException.conflict("container " + id + " is not running: it is " + status.word());
                });
    }

    @Override
    public void pause(String id) {
        checkRuns(id);
        unwatched.pause(id);
    }

    @Override
    public void resume(String id) {
        checkRuns(id);
        unwatched.resume(id);
    }

    @Override
    public void allow(String id, List<String> hosts) {
        checkRuns(id);
        Running.of(tools.store(), id).allow(hosts);
    }

    @Override
    public JsonNode statistics(String id) {
        checkRuns(id);
        return UsageJson.of(unwatched.statistics(id));
    }

    @Override
    public JsonNode processes(String id) {
        checkRuns(id);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        unwatched.processes(id).forEach(process -> all.add(process.json(true)));
        return all;
    }

    @Override
    public String processTable(String id, List<String> psOptions) {
        checkRuns(id);
        List<Integer> pids = Running.processes(tools.store(), id);
        return PsOutput.of(tools.linux(), pids, psOptions.isEmpty() ? List.of("-ef") : psOptions);
    }

    @Override
    public void logs(String id, LogView view, LogOutput output) {
        ContainerFolder folder = watched(id, "log");
        Semaphore news = new Semaphore(0);
        try (ContainerLog log =
                new ContainerLog(containers(), detached.orElseThrow().watches(), folder, view)) {
            log.begin(news::release, 0);
            while (!log.isFound()) {
                continue;
            }
            for (boolean last = false; !last; ) {
                log.refresh();
                // The status is read before the log, so that everything written before the end is found.
                last = log.isComplete();
                readAll(log, output);
                if (!last) {
                    news.acquireUninterruptibly();
                    news.drainPermits();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the log of container " + id + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void readAll(ContainerLog log, LogOutput output) throws IOException {
        for (Optional<LogFrame> frame = log.next(); frame.isPresent(); frame = log.next()) {
            if (frame.get().isTruncated()) {
                output.truncated();
            } else {
                output.write(frame.get().stream(), frame.get().bytes());
            }
        }
    }

    @Override
    public Conversation attach(String id, boolean start) {
        ContainerFolder folder = watched(id, "attached input and output");
        Conversation conversation =
                new LocalConversation(containers(), detached.orElseThrow().watches(), folder);
        // Done last: from here on the container may end and be deleted, and its result is not lost.
        attached.put(id, folder.holdResult());
        if (start) {
            await(interruptibly(() -> containers().start(folder)));
        }
        return conversation;
    }

    @Override
    public RuntimeException lost(String id, IOException e) {
        return ContainerException.conflict(
                "the output of container " + id + " cannot be read: " + e.getMessage() + "; it keeps running");
    }

    @Override
    public InputStream read(String id, String path) {
        Optional<ContainerFolder> folder = find(id);
        if (folder.isEmpty()) {
            UnwatchedFiles files = new UnwatchedFiles(tools, id);
            files.checkReadable(path);
            return TarPipe.from(out -> files.read(path, out));
        }
        LaunchedWith launched = LaunchedWith.read(folder.get().resolved().path(FILES));
        uninterrupted(() -> files().checkReadable(folder.get(), launched, path));
        return TarPipe.from(out -> uninterrupted(() -> files().read(folder.get(), launched, path, true, out)));
    }

    @Override
    public void write(String id, String path, InputStream tar) {
        Optional<ContainerFolder> folder = find(id);
        if (folder.isEmpty()) {
            new UnwatchedFiles(tools, id).write(path, tar);
            return;
        }
        LaunchedWith launched = LaunchedWith.read(folder.get().resolved().path(FILES));
        interruptibly(() -> files().write(folder.get(), launched, path, tar, Long.MAX_VALUE));
    }

    private ContainerTrees trees(String id) {
        return new ContainerTrees(tools, find(id), id);
    }

    @Override
    public List<String> changes(String id) {
        return trees(id).changes();
    }

    @Override
    public void export(String id, OutputStream out) {
        trees(id).export(out);
    }

    @Override
    public String commit(String id, Commit commit) {
        boolean paused = commit.pause() && isPaused(id);
        try {
            return trees(id).commit(commit);
        } finally {
            if (paused) {
                resume(id);
            }
        }
    }

    /**
     * Whether this call has paused the container. A container without a cgroup cannot be paused and is committed while
     * it runs.
     */
    private boolean isPaused(String id) {
        boolean runs = tools.store()
                .running(id)
                .filter(state -> tools.store().status(state) == ContainerStatus.RUNNING)
                .isPresent();
        try {
            if (runs) {
                unwatched.pause(id);
            }
            return runs;
        } catch (ContainerException e) {
            return false;
        }
    }

    private ContainerFiles files() {
        return new ContainerFiles(tools.linux(), tools.self(), tools.store(), containers());
    }

    private interface Action {
        void perform() throws InterruptedException, IOException;
    }

    private static void uninterrupted(Action work) {
        interruptibly(() -> {
            work.perform();
            return null;
        });
    }

    private interface Interruptible<T> {
        T perform() throws InterruptedException, IOException;
    }

    private static <T> T interruptibly(Interruptible<T> work) {
        try {
            return work.perform();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ContainerException.busy("the command was interrupted");
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
