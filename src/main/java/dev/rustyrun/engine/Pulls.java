package dev.rustyrun.engine;

import dev.rustyrun.image.ImagePull;
import dev.rustyrun.image.ImageReference;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.image.Platform;
import dev.rustyrun.image.RegistrySettings;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The pulls of a service: a limited number at a time, and each image only once for all callers that want it. A pull
 * without callers is cancelled. Thread-safe.
 */
final class Pulls {

    private static final int QUEUE = 64;
    private static final int IDLE_SECONDS = 30;

    private final ImageStore store;
    private final Consumer<ImageReference> unpacking;
    private final ThreadPoolExecutor threads;
    private final Map<String, Pulling> running = new HashMap<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopped;

    /**
     * @param most maximum number of concurrent pulls
     * @param unpacking unpacks a pulled image
     */
    Pulls(ImageStore store, int most, Consumer<ImageReference> unpacking) {
        this.store = store;
        this.unpacking = unpacking;
        this.threads = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), work -> {
                    Thread thread = new Thread(work, "pulls");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Joins the pull of this image, and starts it if none is running.
     *
     * @param fetch whether to pull the image, instead of only unpacking it
     * @throws ImageFailure when the queue is full
     */
    Pulling.Waiter join(ImageReference name, String platform, boolean fetch) {
        Platform wanted = platform.isEmpty() ? Platform.host() : Platform.parse(platform);
        String key = name + " " + wanted + " " + fetch;
        synchronized (running) {
            Pulling pulling = running.get(key);
            Optional<Pulling.Waiter> joined = pulling == null ? Optional.empty() : pulling.join();
            if (joined.isPresent()) {
                return joined.get();
            }
            Pulling fresh = new Pulling();
            Pulling.Waiter first = fresh.join().orElseThrow();
            try {
                threads.execute(() -> perform(key, fresh, name, wanted, fetch));
            } catch (RejectedExecutionException full) {
                throw new ImageFailure(ImageFailure.Kind.BUSY, QUEUE + " images are waiting to be pulled, the maximum");
            }
            running.put(key, fresh);
            return first;
        }
    }

    private void perform(String key, Pulling pulling, ImageReference name, Platform platform, boolean fetch) {
        RuntimeException failure = null;
        try {
            if (stopped) {
                throw new ImageFailure(ImageFailure.Kind.BUSY, "the service is stopping");
            }
            if (pulling.begin()) {
                if (fetch) {
                    ImagePull.of(store, RegistrySettings.read(), Optional.empty(), pulling.progress())
                            .pull(name, platform);
                }
                pulling.unpacks();
                unpacking.accept(name);
            }
        } catch (InvalidSpecException e) {
            failure = ImageFailure.of(e);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            synchronized (running) {
                running.remove(key, pulling);
            }
            (failure == null ? done : failed).incrementAndGet();
            pulling.end(failure);
            // An interrupt that was meant for this pull must not reach the next one on this thread.
            Thread.interrupted();
        }
    }

    int running() {
        synchronized (running) {
            return running.size();
        }
    }

    long done() {
        return done.get();
    }

    long failed() {
        return failed.get();
    }

    /** Cancels all pulls. */
    void stop() {
        stopped = true;
        // Runs the queued pulls, which fail at once because of {@code stopped}: their callers get that error.
        threads.shutdownNow().forEach(Runnable::run);
    }
}
