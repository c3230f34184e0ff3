package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.it.Host;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FaultyLibC;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A served launch leaves nothing behind when one of its system calls fails, tried for each call in turn. */
class ServedLaunchFaultTest {

    /** Not an errno: the call throws an Error. */
    private static final int ERROR = 0;
    /** More calls than a launch makes. */
    private static final int MAX_CALLS = 2_000;

    @TempDir
    Path folder;

    /** The cgroup above those of these launches. */
    private final String parent = "rustyrun-fault-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    private final FaultyLibC kernel = new FaultyLibC();
    private final SelfExec self = SelfExec.current();
    private final Linux linux = kernel.linux();
    private StageSpawner spawner;
    private ContainerStore store;

    @BeforeEach
    void start() {
        spawner = new StageSpawner(linux, self);
        store = ContainerStore.at(linux, folder.resolve("store").toString());
    }

    @AfterEach
    void stop() {
        spawner.stop();
    }

    private Launch launch() {
        SpecBuilder spec = new SpecBuilder(folder.toString(), List.of("/bin/true")).cgroupsPath("/" + parent);
        // Root's containers have a cgroup, which is a trace as well.
        return new Launch(
                linux,
                self,
                store,
                linux.isRoot() && hasCgroups()
                        ? spec.build()
                        : spec.annotation(Spec.CGROUPS_ANNOTATION, "disabled").build());
    }

    private static boolean hasCgroups() {
        return Stream.of("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs")
                .anyMatch(file -> Files.isWritable(Path.of(file)));
    }

    private void cold(Launch launch) throws InterruptedException {
        Optional<ServedLaunch> begun = Optional.empty();
        try {
            begun = Optional.of(ServedLaunch.cold(launch, spawner));
            begun.get()
                    .run(
                            launch,
                            (calls, stages) -> stages.connectTo(new CapturedIo(
                                    calls, stages.pipes(), new byte[0], new CapturedOutput(1, bytes -> true))),
                            0);
        } finally {
            begun.ifPresent(this::discard);
        }
    }

    private void warm(Launch launch) throws InterruptedException {
        Optional<ServedLaunch> begun = Optional.empty();
        try {
            begun = Optional.of(ServedLaunch.warm(launch, Optional.empty(), spawner, Runnable::run));
            begun.get().fits(launch);
        } finally {
            begun.ifPresent(this::discard);
        }
    }

    /** Discards a launch, and tries again on failure, as the service does. */
    private void discard(ServedLaunch begun) {
        try {
            begun.discard();
        } catch (Throwable injected) {
            begun.discard();
        }
    }

    private interface Attempt {
        void make(Launch launch) throws InterruptedException;
    }

    private void failAtEachCall(Attempt attempt, int errno) throws Exception {
        attempt.make(launch());
        Set<String> before = traces();
        for (int call = 1; ; call++) {
            assertTrue(call < MAX_CALLS, "a launch makes more calls than expected");
            Launch launch = launch();
            kernel.failAt(call, errno);
            try {
                attempt.make(launch);
            } catch (Throwable injected) {
                // Attempts are expected to fail; only their traces matter.
            }
            String failed = kernel.heal();
            if (failed.isEmpty()) {
                assertTrue(call > 30, "a launch has more calls than " + call);
                return;
            }
            String what = "after call " + call + ", " + failed;
            Host.eventually(10, what, () -> traces().equals(before), () -> before + " before, now " + traces());
        }
    }

    /** Open descriptors, child processes, files and cgroups. */
    private Set<String> traces() {
        Set<String> all = new TreeSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"));
                Stream<Path> files = Files.walk(folder)) {
            open.map(ServedLaunchFaultTest::target)
                    .filter(file -> file.matches("(pipe|socket):.*|.*/(store|rustyrun)(/.*)?"))
                    .forEach(all::add);
            files.map(Path::toString).forEach(all::add);
            ProcessHandle.current()
                    .children()
                    .map(child -> "child " + child.pid())
                    .forEach(all::add);
            groups(Files::isDirectory).forEach(all::add);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all;
    }

    private List<String> groups(Predicate<Path> wanted) throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), hierarchies)
                    .map(hierarchy -> hierarchy.resolve(parent))
                    .filter(wanted)
                    .map(Path::toString)
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    @Test
    void an_error_at_any_call_of_a_cold_launch_leaves_nothing() throws Exception {
        failAtEachCall(this::cold, ERROR);
    }

    @Test
    void an_error_at_any_call_of_a_warm_launch_leaves_nothing() throws Exception {
        failAtEachCall(this::warm, ERROR);
    }

    @Test
    void a_shortage_at_any_call_of_a_cold_launch_leaves_nothing() throws Exception {
        failAtEachCall(this::cold, Errno.ENOSPC);
    }

    @Test
    void a_shortage_at_any_call_of_a_warm_launch_leaves_nothing() throws Exception {
        failAtEachCall(this::warm, Errno.EROFS);
    }
}
