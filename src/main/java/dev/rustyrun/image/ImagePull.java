package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Fetches an image from a registry into the store. Blobs that are already stored are not fetched again. */
public final class ImagePull {

    private static final int THREADS = 3;
    private static final int MAX_NESTING = 3;
    /** Larger than any disk; limits the sizes in a manifest, so that their sum cannot overflow. */
    private static final long MAX_COUNTED = 1L << 46;

    private final ImageStore store;
    private final RegistrySettings settings;
    private final AuthFiles logins;
    private final Progress progress;
    private final Retries retries;

    ImagePull(ImageStore store, RegistrySettings settings, AuthFiles logins, Progress progress, Retries retries) {
        this.store = store;
        this.settings = settings;
        this.logins = logins;
        this.progress = progress;
        this.retries = retries;
    }

    /**
     * A pull with these settings.
     *
     * @param logins the file with logins; empty for the usual ones
     * @throws InvalidSpecException when the file is missing: the pull would be anonymous
     */
    public static ImagePull of(ImageStore store, RegistrySettings settings, Optional<Path> logins, Progress progress) {
        logins.filter(file -> !Files.exists(file)).ifPresent(file -> {
            throw new InvalidSpecException("--authfile " + Printable.shown(file.toString())
                    + " does not exist; leave the option out for the default files");
        });
        return new ImagePull(store, settings, AuthFiles.of(Linux.host(), logins), progress, Retries.sleeping(progress));
    }

    /**
     * Fetches an image.
     *
     * @return the id of the image
     * @throws InvalidSpecException when that fails; received data is kept for the next attempt
     */
    public Digest pull(ImageReference name, Platform platform) {
        try (StoreLock held = store.hold()) {
            for (String mirror : settings.of(name).mirrors()) {
                try {
                    return pull(name, platform, client(mirror, name));
                } catch (InvalidSpecException e) {
                    progress.message("mirror " + mirror + ": " + e.getMessage());
                }
            }
            return pull(name, platform, client(name.registry(), name));
        } catch (IOException e) {
            throw store.unwritable(e);
        }
    }

    private RegistryClient client(String endpoint, ImageReference name) {
        String host = endpoint.replaceFirst("/.*", "");
        return new RegistryClient(
                endpoint, name.repository(), settings.get(host), logins.find(host, name.repository()), retries);
    }

    private Digest pull(ImageReference name, Platform platform, RegistryClient registry) throws IOException {
        RegistryClient.Document document = registry.manifest(name.version());
        Digest top = name.digest().isPresent() ? name.digest().get() : Digest.of(document.bytes());
        Digest digest = top;
        String what = "the manifest of " + name.familiar();
        for (int depth = 0; ManifestIndex.isIndex(what, document.bytes()); depth++) {
            if (depth == MAX_NESTING) {
                throw new InvalidSpecException(what + " is a list of lists, more than " + MAX_NESTING + " deep");
            }
            Descriptor chosen = ManifestIndex.parse(what, document.bytes()).select(name.familiar(), platform);
            digest = chosen.digest();
            document = registry.manifest(digest.toString());
        }
        Manifest manifest = Manifest.parse(what, document.mediaType(), document.bytes());
        registry.fetch(manifest.config(), store.blobs(), Progress.NONE);
        ImageConfig config =
                ImageConfig.parse(store.blobs().read(manifest.config().digest(), ImageConfig.MAX_BYTES));
        check(name, platform, config);
        ImageRecord image = ImageRecord.of(digest, manifest, config);
        fetch(registry, manifest.layers());
        store.blobs().add(digest, document.bytes());
        List<ImageReference> names = new ArrayList<>(List.of(name.withDigest(top)));
        if (name.digest().isEmpty()) {
            names.add(name);
        }
        store.put(image, names);
        return image.id();
    }

    private static void check(ImageReference name, Platform wanted, ImageConfig config) {
        Platform found = new Platform(config.os(), config.architecture(), config.variant());
        if (!config.os().isEmpty() && !wanted.accepts(found)) {
            throw new InvalidSpecException(name.familiar() + " is for " + found + ", not for " + wanted
                    + "; to pull it anyway, pass --platform " + found);
        }
    }

    /** Fetches several layers at once; when one fails, the others are interrupted. */
    private void fetch(RegistryClient registry, List<Descriptor> layers) {
        List<Descriptor> wanted = layers.stream().distinct().toList();
        store.room()
                .check(wanted.stream()
                        .filter(layer -> !store.blobs().has(layer.digest(), layer.size()))
                        .mapToLong(layer -> Math.min(layer.size(), MAX_COUNTED))
                        .sum());
        wanted.forEach(layer -> progress.begin(layer.digest(), layer.size()));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, ImagePull::thread);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Descriptor layer : wanted) {
                running.add(threads.submit(() -> registry.fetch(layer, store.blobs(), progress)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException own) {
                throw own;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidSpecException("interrupted");
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "pull");
        thread.setDaemon(true);
        return thread;
    }
}
