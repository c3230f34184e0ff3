package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.files.ContainerFiles;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.files.Unpacked;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.UsageJson;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.engine.ContainerLog;
import dev.rustyrun.engine.LogView;
import dev.rustyrun.spec.ContainerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A container of the service. Its operations throw an {@link dev.rustyrun.spec.InvalidSpecException} with a one-line
 * reason when the container no longer exists or is in the wrong state, and wait for a container that is still being
 * made.
 */
public final class ServedContainer {

    private final Containers containers;
    private final ContainerFiles files;
    private final ContainerFolder folder;
    private final Watches watches;
    private final Budget budget;

    ServedContainer(
            Containers containers, ContainerFiles files, ContainerFolder folder, Watches watches, Budget budget) {
        this.watches = watches;
        this.budget = budget;
        this.containers = containers;
        this.files = files;
        this.folder = folder;
    }

    ContainerFolder folder() {
        return folder;
    }

    public String id() {
        return folder.id();
    }

    /** When it was created. */
    public Instant created() {
        return folder.created();
    }

    /** Its JSON; docs/http.md. */
    public ObjectNode view() {
        return containers.view(folder);
    }

    /** Starts it; completes when that is done. */
    public CompletionStage<ServedContainer> start() throws InterruptedException {
        return containers.start(folder).thenApply(started -> this);
    }

    /**
     * Completes with whether it ends within {@code seconds}.
     *
     * @param answer may be completed earlier, for a client that has disconnected
     */
    public CompletionStage<Boolean> end(long seconds, CompletableFuture<Optional<ContainerStatus>> answer) {
        return containers.end(folder, seconds, answer);
    }

    /** Deletes it; with {@code force} it is killed before if it runs. */
    public void remove(boolean force) throws InterruptedException {
        containers.remove(folder, force);
    }

    /** Sends a signal, given by name or number, to its PID 1, or to all its processes. */
    public void kill(String signal, boolean all) throws InterruptedException {
        containers.kill(folder, signal, all);
    }

    /** Freezes all its processes. */
    public void pause() throws InterruptedException {
        containers.running().pause(folder);
    }

    /** Resumes all its processes. */
    public void resume() throws InterruptedException {
        containers.running().resume(folder);
    }

    /** Its resource usage; docs/http.md, "stats". */
    public ObjectNode statistics() throws InterruptedException {
        return UsageJson.of(containers.running().statistics(folder));
    }

    /** Replaces the hosts that it may reach. */
    public void allow(List<String> hosts) throws InterruptedException {
        containers.running().allow(folder, hosts);
    }

    /** The hosts that it may reach. */
    public List<String> allowed() throws InterruptedException {
        return containers.running().allowed(folder);
    }

    /**
     * The JSON of each of its processes.
     *
     * @param withArguments whether to show the command lines instead of the programs' names
     */
    public List<ObjectNode> processes(boolean withArguments) throws InterruptedException {
        return containers.running().processes(folder).stream()
                .map(process -> process.json(withArguments))
                .toList();
    }

    /** The part {@code view} of its log. */
    public ContainerLog log(LogView view) {
        return new ContainerLog(containers, watches, folder, view);
    }

    /**
     * Attaches a client to its input and output.
     *
     * @param leave runs at the end
     */
    public ServedAttachment attach(ClientSocket socket, Runnable leave) {
        return new ServedAttachment(containers, watches, budget, folder, socket, leave);
    }

    /** The file or directory {@code path} of it. */
    public Files files(String path) {
        return new Files(path, RequestedLaunch.with(folder));
    }

    /** A file or directory of the container, as tar streams. */
    public final class Files {

        private final String path;
        private final LaunchedWith launched;

        private Files(String path, LaunchedWith launched) {
            this.path = path;
            this.launched = launched;
        }

        /** Checks that it can be read. */
        public void checkReadable() throws InterruptedException {
            files.checkReadable(folder, launched, path);
        }

        /** Writes it to {@code out}. */
        public void read(OutputStream out) throws IOException, InterruptedException {
            files.read(folder, launched, path, false, out);
        }

        /** Unpacks {@code body} of at most {@code most} bytes into it; returns the number of entries and bytes. */
        public ObjectNode write(InputStream body, long most) throws InterruptedException {
            Unpacked unpacked = files.write(folder, launched, path, body, most);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("entries", unpacked.entries())
                    .put("bytes", unpacked.bytes());
        }
    }
}
