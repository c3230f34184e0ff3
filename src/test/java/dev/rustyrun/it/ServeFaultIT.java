package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the service leaves: nothing, when it has launched much, and nothing, when it is killed. Needs root. */
class ServeFaultIT {

    private static final int LAUNCHES = Launcher.isNative() ? 2000 : 60;
    private static final Path STATE = Path.of("/run/rustyrun");

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** The containers that {@code server} has written down. */
    private static List<String> idsOf(Server server) {
        try (Stream<Path> entries = Files.list(STATE)) {
            return entries.filter(entry -> {
                try {
                    return Files.readString(entry.resolve("state.json")).contains("\"runPid\":" + server.pid() + ",");
                } catch (IOException gone) {
                    return false;
                }
            }).map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isLeft(String id) {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return Files.exists(STATE.resolve(id)) || Files.exists(Path.of("/sys/fs/cgroup/rustyrun/" + id))
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
                // That is what is tested.
            }
        })).limit(count).toList();
        callers.forEach(Thread::start);
        return callers;
    }

    @Test
    void a_service_that_is_killed_under_load_leaves_nothing_that_gc_does_not_find_and_the_next_one_goes_on() throws Exception {
        Set<String> ids = ConcurrentHashMap.newKeySet();
        try (Server server = Server.start()) {
            List<Thread> callers = callers(server, 4);
            for (int i = 0; i < 20; i++) {
                ids.addAll(idsOf(server));
                Thread.sleep(100);
            }
            ids.addAll(idsOf(server));
            server.kill();
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertTrue(ids.size() > 3, ids.toString());
        Host.expectNothingLeft("sleep 0.3");
        // What had been written down before its stages were told of it is for gc to find.
        Launcher.rustyrun("gc").expect(0);
        Host.eventually("nothing is left", () -> ids.stream().noneMatch(ServeFaultIT::isLeft), () -> ids);
        try (Server next = Server.start()) {
            next.sh(200, "true");
        }
    }

    @Test
    void many_launches_leak_neither_descriptors_nor_mounts_nor_processes() throws Exception {
        Host.State before = Host.state();
        try (Server server = Server.start("--warm", "1")) {
            for (int i = 0; i < 20; i++) {
                server.sh(200, "true");
            }
            long descriptors = descriptorsOf(server);
            for (int i = 0; i < LAUNCHES; i++) {
                server.sh(200, "true");
            }
            // Those of a warm launch may or may not be there at this moment; natively the nursery of stages always is.
            assertTrue(descriptorsOf(server) <= descriptors + 8, descriptors + " before, now " + descriptorsOf(server));
            assertTrue(Host.childrenOf(server.pid()).size() <= 3, Host.childrenOf(server.pid()).toString());
        }
        org.junit.jupiter.api.Assertions.assertEquals(before, Host.state());
        Host.expectNothingLeft("never-started");
    }

    private static long descriptorsOf(Server server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }
}
