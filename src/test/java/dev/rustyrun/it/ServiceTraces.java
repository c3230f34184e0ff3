package dev.rustyrun.it;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Everything that a service and its containers have on the host, for comparison with an earlier state. */
final class ServiceTraces implements AutoCloseable {

    private static final Path STATE = Path.of("/run/rustyrun");

    private final Server server;
    private final Path data;
    /** Ids of all containers whose state existed since this object was made. */
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    /** Containers of the machine that do not belong to the service; they are ignored. */
    private final Set<String> others;

    private final WatchService watch;

    /**
     * Starts to watch.
     *
     * @param others the result of {@link #states} before the service was started
     */
    ServiceTraces(Server server, Path data, Set<String> others) throws IOException {
        this.server = server;
        this.data = data;
        this.others = others;
        this.watch = STATE.getFileSystem().newWatchService();
        STATE.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        ids.addAll(statesNow());
        Thread watcher = new Thread(this::watch, "watch-ids");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (true) {
                WatchKey key = watch.take();
                key.pollEvents().stream()
                        .map(event -> String.valueOf(event.context()))
                        .filter(id -> !others.contains(id))
                        .forEach(ids::add);
                key.reset();
            }
        } catch (InterruptedException | ClosedWatchServiceException closed) {
            // The object was closed.
        }
    }

    /** The number of objects of each kind. */
    Map<String, Long> now() {
        Map<String, Long> all = new TreeMap<>();
        add(all, mounts("/proc/self/mountinfo"), "mounts of the host");
        add(all, mounts("/proc/" + server.pid() + "/mountinfo"), "mounts of the service");
        for (long child : Host.childrenOf(server.pid())) {
            add(all, 1, Host.isZombie(child) ? "zombie" : "child");
        }
        for (String descriptor : descriptors()) {
            add(all, 1, descriptor.replaceAll("[0-9]+", "N"));
        }
        add(all, namesIn(data).size(), "folder of a container of the service");
        List<String> states = statesNow();
        add(all, states.size(), "state of a container");
        add(all, cgroups(states), "cgroup without a state");
        return all;
    }

    private static void add(Map<String, Long> all, long count, String kind) {
        if (count > 0) {
            all.merge(kind, count, Long::sum);
        }
    }

    private static long mounts(String file) {
        return Host.read(file).lines().count();
    }

    /** Descriptors of the service, without files that a program opens when it first needs them. */
    private List<String> descriptors() {
        List<String> all = new ArrayList<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            for (Path descriptor : open.toList()) {
                try {
                    String file = Files.readSymbolicLink(descriptor).toString();
                    if (file.matches("(pipe|socket|anon_inode|net|mnt|pid|user|ipc|uts|cgroup):.*")) {
                        all.add(file);
                    } else if (file.startsWith(STATE.toString()) || file.startsWith(data.toString())) {
                        all.add("open file of a container: " + file.replaceAll("[0-9a-f]{12}", "ID"));
                    }
                } catch (IOException closed) {
                    // The descriptor was closed after it was listed.
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all;
    }

    /** The names of all containers that have a state. */
    static Set<String> states() {
        return Set.copyOf(namesIn(STATE));
    }

    /** Details for a failed test: the counts, the state of each container, and the service's log. */
    String shown() {
        StringBuilder all = new StringBuilder(now().toString());
        for (String id : statesNow()) {
            try {
                all.append('\n').append(Files.readString(STATE.resolve(id).resolve("state.json")));
            } catch (IOException gone) {
                all.append('\n').append(id).append(" has no state");
            }
        }
        return all + "\n" + server.log();
    }

    private List<String> statesNow() {
        return namesIn(STATE).stream().filter(id -> !others.contains(id)).toList();
    }

    private static List<String> namesIn(Path folder) {
        try (Stream<Path> names = Files.list(folder)) {
            return names.map(name -> name.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private long cgroups(List<String> states) {
        List<Path> hierarchies = new ArrayList<>(List.of(Path.of("/sys/fs/cgroup")));
        try (Stream<Path> below = Files.list(hierarchies.get(0))) {
            below.forEach(hierarchies::add);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return hierarchies.stream()
                .flatMap(hierarchy -> ids.stream()
                        .filter(id -> !states.contains(id))
                        .filter(id -> Files.exists(hierarchy.resolve("rustyrun").resolve(id))))
                .count();
    }

    /** Waits until there are no more objects of any kind than {@code before}. */
    void expectNothingMoreThan(Map<String, Long> before, String seed) {
        Host.eventually(
                "nothing is left; " + seed,
                () -> now().entrySet().stream()
                        .allMatch(kind -> kind.getValue() <= before.getOrDefault(kind.getKey(), 0L)),
                () -> "before " + before + ", now " + shown());
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
