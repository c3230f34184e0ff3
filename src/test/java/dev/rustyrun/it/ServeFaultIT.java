package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The service leaves nothing behind, neither after many launches nor when it is killed. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServeFaultIT {

    private static final int LAUNCHES = 350;
    /** After this many launches, a server has made everything that it keeps. */
    private static final int FIRST_LAUNCHES = 150;

    private static final int CALLERS = 4;
    /** In KiB. The heap grows to 12 MiB before it is collected. */
    private static final long MAX_GROWTH_KIB = 24 * 1024;

    private static final Path STATE = Path.of("/run/rustyrun");

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** The ids of the containers in the state files of {@code server}. */
    private static List<String> idsOf(Server server) {
        try (Stream<Path> entries = Files.list(STATE)) {
            return entries.filter(entry -> {
                        try {
                            return Files.readString(entry.resolve("state.json"))
                                    .contains("\"runPid\":" + server.pid() + ",");
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .map(entry -> entry.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isLeft(String id) {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return Files.exists(STATE.resolve(id))
                    || Files.exists(Path.of("/sys/fs/cgroup/rustyrun/" + id))
                    || hierarchies.anyMatch(hierarchy -> Files.exists(hierarchy.resolve("rustyrun/" + id)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Thread> callers(Server server, int count) {
        List<Thread> callers = Stream.generate(() -> new Thread(() -> {
                    try {
                        while (!Thread.interrupted()) {
                            server.sh(200, "sleep 0.3");
                        }
                    } catch (IOException | InterruptedException | AssertionError serverIsGone) {
                        // The service is killed while requests are under way, so they may fail.
                    }
                }))
                .limit(count)
                .toList();
        callers.forEach(Thread::start);
        return callers;
    }

    @Test
    void gc_finds_everything_that_a_service_killed_under_load_has_left_and_the_next_service_works() throws Exception {
        Set<String> ids = ConcurrentHashMap.newKeySet();
        try (Server server = Server.start()) {
            List<Thread> callers = callers(server, 4);
            Host.eventually("twenty launches have begun", () -> {
                ids.addAll(idsOf(server));
                return ids.size() >= 20;
            });
            server.kill();
            for (Thread caller : callers) {
                caller.join();
            }
        }
        Host.expectNothingLeft("sleep 0.3");
        // gc removes containers whose state was written before their stages knew of it.
        Launcher.rustyrun("gc").expect(0);
        Host.eventually("nothing is left", () -> ids.stream().noneMatch(ServeFaultIT::isLeft), () -> ids);
        try (Server next = Server.start()) {
            next.sh(200, "true");
        }
    }

    @Test
    void many_launches_leak_neither_descriptors_nor_mounts_nor_processes_nor_memory() throws Exception {
        Host.State before = Host.state();
        try (Server server = Server.start("--warm", "1")) {
            launch(server, FIRST_LAUNCHES);
            long descriptors = descriptorsOf(server);
            long memory = residentKib(server);
            launch(server, LAUNCHES);
            // The stages of a warm launch may exist at this moment; natively the zygote always exists.
            Host.eventually(
                    "the stages have ended",
                    () -> Host.childrenOf(server.pid()).size() <= 3,
                    () -> Host.childrenOf(server.pid()));
            assertTrue(descriptorsOf(server) <= descriptors + 8, descriptors + " before, now " + descriptorsOf(server));
            assertTrue(
                    residentKib(server) <= memory + MAX_GROWTH_KIB, memory + " KiB before, now " + residentKib(server));
        }
        org.junit.jupiter.api.Assertions.assertEquals(before, Host.state());
        Host.expectNothingLeft("never-started");
    }

    private static void launch(Server server, int count) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<Callable<String>> calls = Collections.nCopies(count, () -> server.sh(200, "true"));
            for (Future<String> answer : callers.invokeAll(calls)) {
                answer.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static long residentKib(Server server) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** The stage that has started its {@code init}. The zygote of a native service has no children. */
    private static Optional<Long> warmChildOf(Server server) {
        return Host.childrenOf(server.pid()).stream()
                .filter(child -> Host.childrenOf(child).size() == 1)
                .findFirst();
    }

    @Test
    void a_child_that_is_killed_while_it_waits_warm_leaves_no_zombie_and_is_replaced() throws Exception {
        try (Server server = Server.start("--warm", "1")) {
            for (int i = 0; i < 3; i++) {
                // The child found may belong to the previous launch and have ended already.
                Host.eventually(
                        "a warm launch is killed",
                        () -> warmChildOf(server)
                                .flatMap(child -> ProcessHandle.of(child))
                                .map(ProcessHandle::destroyForcibly)
                                .orElse(false));
                server.sh(200, "true");
                Host.eventually(
                        "no zombie is left",
                        () -> Host.zombiesOf(server.pid()).isEmpty(),
                        () -> Host.zombiesOf(server.pid()));
            }
        }
    }

    @Test
    void during_a_stop_it_is_not_ready_refuses_launches_and_answers_earlier_requests() throws Exception {
        try (Server server = Server.start("--warm", "0")) {
            String[] answer = new String[1];
            Thread caller = new Thread(() -> {
                try {
                    answer[0] = server.sh(200, "sleep 6; echo finished");
                } catch (IOException | InterruptedException e) {
                    answer[0] = e.toString();
                }
            });
            caller.start();
            Host.eventually(
                    "it runs",
                    () -> quietly(() -> server.get("/v1/info").body()).contains("\"running\":1"),
                    () -> quietly(() -> server.get("/v1/info").body()));
            Host.signal(server.pid(), "TERM");
            Host.eventually(
                    "it is not ready",
                    () -> quietly(() -> server.health("ready").body()).contains("the service is stopping"));
            assertTrue(quietly(() -> server.health("live").body()).contains("UP"));
            assertTrue(server.sh(503, "true").contains("the service is stopping"));
            caller.join();
            assertTrue(answer[0].contains("finished"), answer[0]);
        }
    }

    private interface Asking {
        String ask() throws IOException, InterruptedException;
    }

    private static String quietly(Asking asking) {
        try {
            return asking.ask();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    private static long descriptorsOf(Server server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }
}
