package dev.rustyrun.container;

import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.ServedStages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Finds out where a container can have its own user namespace, by a test launch once for each file system that holds
 * root file systems. Safe for use by several threads.
 */
public final class UserNamespaceTrials {

    private static final int CANNOT_EXECUTE = 126;
    private static final int PROBE_MILLIS = 10_000;

    private final LaunchTools tools;
    private final IdPool pool;
    private final Consumer<String> warnings;
    /** Why a user namespace is impossible, by device of the root file system; empty where it is possible. */
    private final Map<String, Optional<String>> obstacles = new ConcurrentHashMap<>();

    /**
     * @param pool the pool of the ids
     * @param warnings receives one warning for each file system on which user namespaces are impossible
     */
    public UserNamespaceTrials(LaunchTools tools, IdPool pool, Consumer<String> warnings) {
        this.tools = tools;
        this.pool = pool;
        this.warnings = warnings;
    }

    /** Why user namespaces are impossible with any root file system; empty if they are possible. */
    public Optional<String> general() {
        if (!tools.linux().isRoot()) {
            return Optional.of("the service is not root, so its containers have the ids of its own user");
        }
        return SelfExec.isNativeImage()
                ? Optional.empty()
                : Optional.of(
                        "a JVM has several threads and cannot create a user namespace; use the native executable");
    }

    /** Why a user namespace is impossible with the root file system {@code rootfs}; empty if it is possible. */
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
            // A later launch will report the missing root file system.
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
            // A launch that also fails without a user namespace says nothing about user namespaces; the next trial may
            // succeed.
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

    /** A launch whose command is a directory: if it fails with "cannot execute", all other steps have succeeded. */
    private static SpecBuilder builder(String rootfs) {
        return new SpecBuilder(rootfs, List.of("/")).annotation(Spec.EPHEMERAL_ANNOTATION, "");
    }

    /** Why a launch of {@code spec} fails before its command; empty if it does not. */
    private Optional<String> failure(Spec spec) throws InterruptedException {
        ServedStages stages = tools.spawner().start();
        try {
            CapturedIo io =
                    new CapturedIo(tools.linux(), stages.pipes(), new byte[0], new CapturedOutput(1, bytes -> true));
            Outcome outcome = new Launch(tools.linux(), tools.self(), tools.store(), spec)
                    .run("", stages.connectTo(io), false, PROBE_MILLIS);
            return outcome.exitCode() == CANNOT_EXECUTE ? Optional.empty() : Optional.of(outcome.message());
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            stages.abandon();
        }
    }
}
