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
 * The pulls of a service: a few at once, and each image once for all callers that want it at the same time. A pull
 * without callers is ended. Safe for use by several threads.
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
     * @param most how many run at once
     * @param unpacking unpacks an image that has been fetched
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
     * Joins the pull of this image, which starts if none is running.
     *
     * @param fetch whether it is fetched, and not only unpacked
     * @throws ImageFailure when too many wait already
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
                throw new ImageFailure(
                        ImageFailure.Kind.BUSY, QUEUE + " images wait for being fetched, which is the most");
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
            // An interrupt that was meant for this pull must not reach the next one.
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

    /** Ends all of them. */
    void stop() {
        stopped = true;
        // Callers that wait for a pull that has not begun get this error.
        threads.shutdownNow().forEach(Runnable::run);
    }
}
