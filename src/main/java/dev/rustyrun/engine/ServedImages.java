package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.ImageRootfs;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.image.ImageReference;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.StoredImage;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The images of a launch service: those in its user's store whose source the operator allows. All other images are
 * hidden from clients. All methods throw {@link ImageFailure}. Thread-safe.
 */
public final class ServedImages {

    private final LaunchTools tools;
    private final ImageSources sources;
    private final ImageStore store;
    private final Pulls pulls;

    /** @param most maximum number of concurrent pulls */
    public ServedImages(LaunchTools tools, ImageSources sources, int most) {
        this.tools = tools;
        this.sources = sources;
        this.store = ImageStore.open().with(new ContainerLayers(tools.linux(), tools.self()));
        this.pulls = new Pulls(store, most, name -> ImageRootfs.unpack(tools.linux(), tools.self(), name.toString()));
    }

    /**
     * An unpacked image.
     *
     * @param digest digest of the manifest, for {@link ImageLaunch#stored}
     * @param command the complete command
     */
    public record Ready(String digest, List<String> command) {}

    /**
     * Makes the image of {@code request} ready for its launch: pulls it if needed, and unpacks it.
     *
     * @param whenGone registers an action for when the client disconnects
     */
    public CompletionStage<Ready> ready(LaunchRequest request, Consumer<Runnable> whenGone) {
        return failing(() -> {
            String name = request.image().orElseThrow();
            ImageReference wanted = allowed(name);
            if (!request.pull().equals("always")) {
                Optional<ImageRootfs> kept =
                        ImageRootfs.kept(tools.linux(), store, wanted.toString(), request.platform());
                if (kept.isPresent()) {
                    return CompletableFuture.completedFuture(described(kept.get(), request));
                }
            }
            Optional<StoredImage> found = store.find(wanted);
            boolean fetch = request.pull().equals("always")
                    || found.isEmpty() && !request.pull().equals("never");
            if (!fetch) {
                StoredImage image = found.orElseThrow(() -> new ImageFailure(
                        ImageFailure.Kind.NOT_FOUND, "image " + name + " is not in the store, and pull is never"));
                if (ImageRootfs.isReady(image)) {
                    return CompletableFuture.completedFuture(described(image, request));
                }
            }
            Pulling.Waiter waiter = pulls.join(wanted, fetch ? request.platform() : "", fetch);
            whenGone.accept(waiter::leave);
            return waiter.outcome().thenApply(done -> {
                StoredImage image = store.find(wanted)
                        .orElseThrow(() -> new ImageFailure(
                                ImageFailure.Kind.UNKNOWN, "image " + name + " has just been removed"));
                return failing(() -> described(image, request));
            });
        });
    }

    private Ready described(StoredImage image, LaunchRequest request) {
        ImageRootfs.checkPlatform(request.image().orElseThrow(), image, request.platform());
        return described(ImageRootfs.stored(image.manifestDigest().toString(), ""), request);
    }

    private static Ready described(ImageRootfs image, LaunchRequest request) {
        return new Ready(image.digest(), image.command(request.entrypoint(), request.command()));
    }

    /** Pulls an image, even if the store has it. */
    public Pulling.Waiter pull(String name, String platform) {
        return failing(() -> pulls.join(allowed(name), platform, true));
    }

    /** The path of the store, for a process with another environment. */
    public String folder() {
        return store.root().toString();
    }

    /** Prepares an image that the operator has configured: pulls it if it is missing, and unpacks it. */
    public Pulling.Waiter warm(String name) {
        return failing(() -> {
            ImageReference wanted = allowed(name);
            return pulls.join(wanted, "", store.find(wanted).isEmpty());
        });
    }

    /** Parses and checks the name. An id is not allowed, because it does not tell where the image comes from. */
    private ImageReference allowed(String text) {
        ImageReference name = ImageReference.parse(text);
        if (!sources.have(name)) {
            throw new ImageFailure(
                    ImageFailure.Kind.NOT_ALLOWED,
                    "image " + name.familiar() + " is not allowed by this service"
                            + (sources.areNone()
                                    ? ", which allows no images: set rustyrun.image-sources"
                                    : "'s rustyrun.image-sources"));
        }
        return name;
    }

    /** One row for each allowed name. */
    public List<ImageRow> list() {
        return failing(() -> local().list(sources::have));
    }

    private LocalImages local() {
        return new LocalImages(store);
    }

    /** The image's JSON. */
    public JsonNode inspect(String name) {
        return failing(() -> local().inspect(known(name).toString(), sources::have));
    }

    private ImageReference known(String name) {
        ImageReference wanted;
        try {
            wanted = ImageReference.parse(name);
        } catch (InvalidSpecException e) {
            throw new ImageFailure(ImageFailure.Kind.UNKNOWN, e.getMessage());
        }
        if (!sources.have(wanted) || store.find(wanted).isEmpty()) {
            throw new ImageFailure(
                    ImageFailure.Kind.UNKNOWN,
                    "unknown image " + wanted.familiar() + "; GET /v1/images lists the available images");
        }
        return wanted;
    }

    /** Removes a name; with the last name also the image. Returns the actions, one line each. */
    public List<String> remove(String name, boolean force) {
        return failing(() -> store.remove(known(name).toString(), force));
    }

    /** How many images are being pulled or are queued. */
    public int pulling() {
        return pulls.running();
    }

    /** How many pulls have succeeded. */
    public long pulled() {
        return pulls.done();
    }

    /** How many pulls have failed. */
    public long failed() {
        return pulls.failed();
    }

    /** Cancels all pulls. */
    public void stop() {
        pulls.stop();
    }

    private static <T> T failing(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidSpecException e) {
            throw e instanceof dev.rustyrun.request.FieldException ? e : ImageFailure.of(e);
        }
    }
}
