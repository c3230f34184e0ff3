package dev.rustyrun.container;

import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Finds out where a container can have a user namespace of its own: by a launch, once for each file system that root file
 * systems are on. Safe for use by several threads.
 */
public final class UserNamespaceTrials {

    private static final int CANNOT_EXECUTE = 126;
    private static final int PROBE_MILLIS = 10_000;

    private final LaunchTools tools;
    private final IdPool pool;
    private final Consumer<String> warnings;
    /** Why there can be none, by device of the root file system; empty where there can. */
    private final Map<String, Optional<String>> obstacles = new ConcurrentHashMap<>();

    /**
     * @param pool where the ids come from
     * @param warnings receives a warning, once for each file system, where user namespaces are not possible
     */
    public UserNamespaceTrials(LaunchTools tools, IdPool pool, Consumer<String> warnings) {
        this.tools = tools;
        this.pool = pool;
        this.warnings = warnings;
    }

    /** What stands in the way whatever the root file system is. */
    public Optional<String> general() {
        if (!tools.linux().isRoot()) {
            return Optional.of("the service is not root, so its containers have the ids of its own user");
        }
        return SelfExec.isNativeImage()
                ? Optional.empty()
                : Optional.of("a JVM has several threads and cannot make another; use the native executable");
    }

    /** What stands in the way of one with the root file system {@code rootfs}. */
    public Optional<String> obstacle(String rootfs) {
        Optional<String> general = general();
        if (general.isPresent()) {
            return general;
        }
        String device;
        try {
            Place place = tools.linux().status(rootfs).place();
            device = place.deviceMajor() + ":" + place.deviceMinor();
        } catch (LinuxException gone) {
            // The launch says so, should there be one.
            return Optional.empty();
        }
        Optional<String> known = obstacles.get(device);
        return known != null ? known : tryOut(rootfs, device);
    }

    private synchronized Optional<String> tryOut(String rootfs, String device) {
        if (obstacles.containsKey(device)) {
            return obstacles.get(device);
        }
        try {
            Optional<String> failure = failure(builder(rootfs).isolate(pool).build());
            // What fails either way is no reason, and may be better the next time.
            if (failure.isPresent() && failure(builder(rootfs).build()).isPresent()) {
                return Optional.empty();
            }
            obstacles.put(device, failure);
            failure.ifPresent(why -> warnings.accept(rootfs + ": " + why));
            return failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Its command is a directory: when that is what cannot be executed, everything else has been done. */
    private static SpecBuilder builder(String rootfs) {
        return new SpecBuilder(rootfs, List.of("/")).annotation(Spec.EPHEMERAL_ANNOTATION, "");
    }

    /** Why a launch of {@code spec} does not get as far as its command. */
    private Optional<String> failure(Spec spec) throws InterruptedException {
        ServedStages stages = tools.spawner().start();
        try {
            CapturedIo io = new CapturedIo(tools.linux(), stages.pipes(), new byte[0], 1);
            Outcome outcome = new Launch(tools.linux(), tools.self(), tools.store(), spec)
                    .run("", stages.speakingWith(io), false, PROBE_MILLIS);
            return outcome.exitCode() == CANNOT_EXECUTE ? Optional.empty() : Optional.of(outcome.message());
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            stages.abandon();
        }
    }
}
