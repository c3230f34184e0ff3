package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After any fault the service leaves nothing behind, and the next launch works. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class FaultIT {

    private static final int WARM = 2;
    private static final int ROUNDS = Launcher.isNative() ? 60 : 12;
    private static final int LONGEST_PAUSE_MILLIS = Launcher.isNative() ? 30 : 400;
    private static final String SLEEP = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sleep\", \"600\"]}";

    @TempDir
    Path folder;

    private final long seed = Long.getLong("rustyrun.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final String note = "-Drustyrun.seed=" + seed;
    private Server server;
    private ServiceTraces traces;
    private Map<String, Long> before;

    @BeforeEach
    void start() throws Exception {
        Launcher.requireRoot();
        Set<String> others = ServiceTraces.states();
        server = Server.start(
                "--warm",
                Integer.toString(WARM),
                "--data-folder",
                folder.resolve("data").toString());
        // The first load creates the objects that the service keeps, so they are counted before the faults.
        server.sh(200, "true");
        traces = new ServiceTraces(server, folder.resolve("data"), others);
        try (FaultLoad load = new FaultLoad(server, 3, 2)) {
            Host.eventually("callers are answered", () -> load.answered() > 30);
        }
        server.sh(200, "true");
        Host.eventually(
                "the service is idle",
                () -> isAtRest() && Host.childrenOf(server.pid()).size() == WARM + (Launcher.isNative() ? 1 : 0),
                traces::shown);
        // The counts may have matched by chance, while one launch was being removed and the next was not yet begun.
        Host.settled(() -> traces.now().hashCode());
        before = traces.now();
    }

    private boolean isAtRest() {
        Map<String, Long> now = traces.now();
        long zygote = now.getOrDefault("child", 0L) - WARM;
        // A zygote that was killed is started again when it is needed.
        return now.getOrDefault("state of a container", 0L) == WARM
                && (zygote == 0 || zygote == 1 && Launcher.isNative())
                && !now.containsKey("zombie")
                && !now.containsKey("cgroup without a state");
    }

    @AfterEach
    void stop() throws Exception {
        if (traces != null) {
            traces.close();
        }
        if (server != null) {
            server.close();
        }
        Host.expectNothingLeft("never-started");
    }

    private void expectAsBefore() throws Exception {
        server.sh(200, "true");
        // Remove containers whose creators got no answer, or an error because the service had no free descriptors.
        Matcher made = Pattern.compile("\"id\":\"([0-9a-f]{12})\"")
                .matcher(server.get("/v1/containers").body());
        while (made.find()) {
            server.delete("/v1/containers/" + made.group(1) + "?force=true");
        }
        traces.expectNothingMoreThan(before, note);
        Host.eventually("warm launches are ready again; " + note, this::isAtRest, traces::shown);
        server.sh(200, "true");
    }

    @Test
    void h24_stages_zygotes_and_monitors_that_are_killed_at_any_moment_leave_nothing() throws Exception {
        try (FaultLoad load = new FaultLoad(server, 3, 2)) {
            for (int i = 0; i < ROUNDS; i++) {
                pause();
                List<ProcessHandle> all = ProcessHandle.of(server.pid())
                        .orElseThrow()
                        .descendants()
                        .toList();
                if (!all.isEmpty()) {
                    all.get(random.nextInt(all.size())).destroyForcibly();
                }
            }
        }
        expectAsBefore();
    }

    @Test
    void h24_killed_warm_launches_are_replaced_without_a_request() throws Exception {
        for (int i = 0; i < 3; i++) {
            List<Long> waiting = Host.childrenOf(server.pid());
            waiting.forEach(child -> {
                List<Long> below = Host.childrenOf(child);
                long victim = below.isEmpty() || random.nextBoolean() ? child : below.get(0);
                ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
            });
            Host.eventually(
                    "killed warm launches are replaced; " + note,
                    () -> isAtRest() && Host.childrenOf(server.pid()).stream().noneMatch(waiting::contains),
                    traces::shown);
        }
        expectAsBefore();
    }

    @Test
    void h4_h5_clients_that_vanish_at_any_moment_leave_nothing() throws Exception {
        String run = FaultLoad.request(server.port(), "POST", "/v1/run", SLEEP);
        String shortRun = FaultLoad.request(server.port(), "POST", "/v1/run", SLEEP.replace("600", "0"));
        String events = FaultLoad.request(server.port(), "GET", "/v1/events", "");
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random own = new Random(random.nextLong());
            Thread client = new Thread(() -> {
                for (int round = 0; round < ROUNDS / 2; round++) {
                    vanish(List.of(run, shortRun, events).get(own.nextInt(3)), own);
                }
            });
            clients.add(client);
            client.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        expectAsBefore();
    }

    /** Disconnects after a part of a request, or some time after the whole request. */
    private void vanish(String request, Random own) {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
            int part = own.nextInt(3) == 0 ? own.nextInt(bytes.length) : bytes.length;
            socket.getOutputStream().write(bytes, 0, part);
            if (own.nextBoolean()) {
                // Closing the socket now sends a reset.
                socket.setSoLinger(true, 0);
            }
            TimeUnit.MICROSECONDS.sleep(own.nextInt(LONGEST_PAUSE_MILLIS * 1000));
        } catch (IOException | InterruptedException refused) {
            // The caller disconnects in any case.
        }
    }

    @Test
    void h23_a_service_without_descriptors_continues_when_descriptors_are_available() throws Exception {
        try (FaultLoad load = new FaultLoad(server, 3, 2)) {
            for (int i = 0; i < ROUNDS / 4; i++) {
                limit("nofile", descriptors() + random.nextInt(12));
                pause();
                limit("nofile", 4096);
                pause();
            }
        }
        expectAsBefore();
    }

    private long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }

    private void limit(String resource, long soft) {
        Launcher.execute(
                        List.of("prlimit", "--pid", Long.toString(server.pid()), "--" + resource + "=" + soft + ":"),
                        "")
                .expect(0);
    }

    @Test
    void h23_a_service_at_its_process_limit_continues_when_processes_are_available() throws Exception {
        Path group = Path.of("/sys/fs/cgroup/pids/rustyrun-fault-" + server.pid());
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.exists(group.getParent()), "needs the pids controller of cgroup v1");
        Files.createDirectory(group);
        try {
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(server.pid()));
            for (long child : Host.childrenOf(server.pid())) {
                Files.writeString(group.resolve("cgroup.procs"), Long.toString(child));
            }
            try (FaultLoad load = new FaultLoad(server, 3, 2)) {
                for (int i = 0; i < ROUNDS / 4; i++) {
                    long now = Long.parseLong(
                            Files.readString(group.resolve("pids.current")).strip());
                    Files.writeString(group.resolve("pids.max"), Long.toString(now + random.nextInt(3)));
                    pause();
                    Files.writeString(group.resolve("pids.max"), "max");
                    pause();
                }
            }
            expectAsBefore();
        } finally {
            Files.writeString(group.resolve("pids.max"), "max");
            server.close();
            Host.eventually("its cgroup is empty", () -> group.toFile().delete());
        }
    }

    @Test
    void h7_a_service_without_space_for_its_state_continues_when_space_is_available() throws Exception {
        Path state = Path.of("/run/rustyrun");
        Path data = folder.resolve("data");
        assertTrue(Files.isDirectory(data));
        for (String target : List.of(state.toString(), data.toString())) {
            Launcher.execute(
                    List.of(
                            "nsenter",
                            "-t",
                            Long.toString(server.pid()),
                            "-m",
                            "mount",
                            "-o",
                            "remount,ro,bind",
                            target),
                    "");
        }
        try (FaultLoad load = new FaultLoad(server, 2, 2)) {
            pause();
        }
        expectAsBefore();
    }

    private void pause() throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS * 1000));
    }
}
