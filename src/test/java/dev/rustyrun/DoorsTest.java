package dev.rustyrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cli.CliDoor;
import dev.rustyrun.cli.remote.ClientDoor;
import dev.rustyrun.http.HttpDoor;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.RootsKernel;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A launch is the same launch, whichever door it comes through: {@code rustyrun run}, {@code rustyrun --host URL run},
 * {@code POST /v1/run} and {@code POST /v1/containers} make the same Spec of the same option.
 *
 * <p>{@link #KNOWN} lists where they do not yet. A difference that is not listed fails, and so does one that is listed and
 * is none: the list can only shrink.
 */
class DoorsTest {

    /** The options that both command lines and HTTP have, and HTTP's field. */
    private static final Map<String, String> SHARED = Map.ofEntries(
            Map.entry("--rootfs", "rootfs"),
            Map.entry("--command", "command"),
            Map.entry("--hostname", "hostname"),
            Map.entry("--env", "env"),
            Map.entry("--workdir", "workdir"),
            Map.entry("--user", "user"),
            Map.entry("--init", "init"),
            Map.entry("--read-only", "readOnly"),
            Map.entry("--volume", "mounts"),
            Map.entry("--tmpfs", "tmpfs"),
            Map.entry("--network", "network"),
            Map.entry("--cap-drop", "dropCapabilities"),
            Map.entry("--memory", "memory"),
            Map.entry("--cpus", "cpus"),
            Map.entry("--pids-limit", "pids"),
            Map.entry("--timeout", "timeoutSeconds"));

    /** What both command lines have, and how it goes over HTTP is no field of every launch. */
    private static final Set<String> BOTH_COMMAND_LINES = Set.of(
            "--tty",
            "--detach",
            "--result",
            "--rm",
            "--interactive",
            "--quiet",
            "--env-file",
            "--entrypoint",
            "--label");

    /** What only {@code rustyrun run} has. A line goes when the option comes to the other doors. */
    private static final Set<String> ONLY_LOCAL = Set.of(
            // Of a bundle, or of this machine: a service has neither to offer.
            "--bundle",
            "--config",
            "--no-pivot",
            "--no-new-keyring",
            "--console-socket",
            "--pid-file",
            "--pidfd-socket",
            "--no-subreaper",
            "--preserve-fds",
            "--trace-steps",
            "--keep",
            "--explain",
            "--trace",
            "--debug",
            "--name",
            // A service decides these for all launches, or there is no field yet.
            "--cap-add",
            "--cgroup-path",
            "--cgroupns",
            "--cgroups",
            "--cpu-shares",
            "--cpuset-cpus",
            "--cpuset-mems",
            "--device",
            "--device-read-bps",
            "--device-read-iops",
            "--device-write-bps",
            "--device-write-iops",
            "--blkio-weight",
            "--cidfile",
            "--ephemeral",
            "--gidmap",
            "--group-add",
            "--ipc",
            "--mask",
            "--memory-reservation",
            "--memory-swap",
            "--mount",
            "--no-new-privileges",
            "--oom-score-adj",
            "--pid",
            "--seccomp",
            "--shm-size",
            "--sysctl",
            "--time-offset",
            "--uidmap",
            "--ulimit",
            "--umask",
            "--unmask",
            "--userns",
            "--uts");

    /** What only {@code rustyrun --host URL run} has. */
    private static final Set<String> ONLY_REMOTE = Set.of("--max-log");

    /** What only {@code POST /v1/containers} has, besides what every launch has. */
    private static final Set<String> ONLY_CONTAINERS =
            Set.of("labels", "tty", "rows", "columns", "openStdin", "start", "maxLog");

    /** A service's own limits are always said; a command line's are those that were asked for. */
    private static final Set<String> OF_THE_SERVICE = Set.of(
            "linux.resources.memory.limit",
            "linux.resources.cpu.quota",
            "linux.resources.cpu.period",
            "linux.resources.pids",
            "annotations.dev.rustyrun.ephemeral");

    /** How a door says that it does not do something; anything else is a defect. */
    private static final Set<String> REFUSALS =
            Set.of("InvalidSpecException", "ClientException", "ProblemException", "ParameterException");

    private static final String REMOTE = "--host run";
    private static final String RUN = "POST /v1/run";
    private static final String CONTAINERS = "POST /v1/containers";

    /**
     * A difference that there is.
     *
     * @param path in the Spec, or {@code refused} when one door refuses what the other takes
     * @param doors that differ from {@code rustyrun run}
     */
    private record Known(String options, String path, String why, Set<String> doors) {

        static Known at(String options, String path, String why, String... doors) {
            return new Known(options, path, why, Set.of(doors));
        }

        Stream<String> lines() {
            return doors.stream().map(door -> line(door, options, path));
        }
    }

    private static final String MOUNT = "a service adds nosuid and nodev to what it mounts";
    private static final String LEAST = "a service refuses what is below a minimum, the command line takes it";
    private static final String UNITS = "the command line takes a size that ends with b, HTTP does not";

    private static final List<Known> KNOWN = List.of(
            Known.at("--volume DATA:/data", "mounts", MOUNT, REMOTE, RUN, CONTAINERS),
            Known.at("--volume DATA:/data:ro", "mounts", MOUNT, REMOTE, RUN, CONTAINERS),
            Known.at("--cap-drop NET_RAW,MKNOD", "refused", "the client does not split at commas", REMOTE),
            Known.at("--pids-limit 0", "refused", LEAST, REMOTE, RUN, CONTAINERS),
            Known.at("--memory 64mb", "refused", UNITS, RUN, CONTAINERS),
            Known.at("--memory 67108864b", "refused", UNITS, RUN, CONTAINERS));

    private static String line(String door, String options, String path) {
        return door + ": " + options + ": " + path;
    }

    /**
     * An option of every door.
     *
     * @param local words of {@code rustyrun run}
     * @param remote words of {@code rustyrun --host URL run}
     * @param json fields of HTTP; nothing when HTTP cannot say this at all
     */
    record Sample(String local, String remote, String json) {

        static Sample of(String words, String json) {
            return new Sample(words, words, json);
        }

        @Override
        public String toString() {
            return local.isEmpty() ? "no option" : local;
        }
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("", "{}"),
                Sample.of("--hostname web", "{'hostname': 'web'}"),
                Sample.of("--env A=1", "{'env': {'A': '1'}}"),
                Sample.of("--env A=1 --env B= --env A=2", "{'env': {'A': '2', 'B': ''}}"),
                Sample.of("--env PATH=/bin", "{'env': {'PATH': '/bin'}}"),
                Sample.of("--env A", ""),
                Sample.of("--workdir /work", "{'workdir': '/work'}"),
                Sample.of("--workdir work", "{'workdir': 'work'}"),
                Sample.of("--user 1000", "{'user': '1000'}"),
                Sample.of("--user 1000:50", "{'user': '1000:50'}"),
                Sample.of("--user web", "{'user': 'web'}"),
                Sample.of("--user nobody-of-this-name", "{'user': 'nobody-of-this-name'}"),
                Sample.of("--init", "{'init': true}"),
                Sample.of("--read-only", "{'readOnly': true}"),
                new Sample(
                        "--volume DATA:/data",
                        "--volume data:/data",
                        "{'mounts': [{'source': 'data', 'target': '/data'}]}"),
                new Sample(
                        "--volume DATA:/data:ro",
                        "--volume data:/data:ro",
                        "{'mounts': [{'source': 'data', 'target': '/data', 'readOnly': true}]}"),
                Sample.of("--tmpfs /scratch", "{'tmpfs': ['/scratch']}"),
                Sample.of("--tmpfs scratch", "{'tmpfs': ['scratch']}"),
                Sample.of("--network none", "{'network': 'none'}"),
                Sample.of("--network host", "{'network': 'host'}"),
                Sample.of("--cap-drop NET_RAW", "{'dropCapabilities': ['NET_RAW']}"),
                Sample.of("--cap-drop cap_net_raw", "{'dropCapabilities': ['cap_net_raw']}"),
                Sample.of("--cap-drop all", "{'dropCapabilities': ['all']}"),
                Sample.of("--cap-drop NET_RAW,MKNOD", "{'dropCapabilities': ['NET_RAW', 'MKNOD']}"),
                Sample.of("--cap-drop NOSUCH", "{'dropCapabilities': ['NOSUCH']}"),
                Sample.of("--memory 64m", "{'memory': '64m'}"),
                Sample.of("--memory 64M", "{'memory': '64M'}"),
                Sample.of("--memory 64mb", "{'memory': '64mb'}"),
                Sample.of("--memory 67108864", "{'memory': '67108864'}"),
                Sample.of("--memory 67108864b", "{'memory': '67108864b'}"),
                Sample.of("--memory 1.5g", "{'memory': '1.5g'}"),
                Sample.of("--memory 64", "{'memory': '64'}"),
                Sample.of("--cpus 1.5", "{'cpus': 1.5}"),
                Sample.of("--cpus 0.001", "{'cpus': 0.001}"),
                Sample.of("--pids-limit 64", "{'pids': 64}"),
                Sample.of("--pids-limit 0", "{'pids': 0}"),
                Sample.of("--timeout 1.5", "{'timeoutSeconds': 1.5}"));
    }

    @TempDir
    private Path folder;

    private Linux linux;
    private Path rootfs;
    private HttpDoor http;

    @BeforeEach
    void make_a_rootfs() throws IOException {
        linux = RootsKernel.linux();
        rootfs = Files.createDirectories(folder.resolve("box/etc")).getParent();
        Files.writeString(rootfs.resolve("etc/passwd"), "web:x:1000:50::/home/web:/bin/sh\n");
        http = new HttpDoor(linux, folder, Map.of("data", folder));
    }

    @Test
    void every_option_is_compared_here_or_listed_as_one_that_only_one_door_has() {
        Set<String> both = new TreeSet<>(SHARED.keySet());
        both.addAll(BOTH_COMMAND_LINES);
        assertEquals(union(both, ONLY_LOCAL), CliDoor.options(), "rustyrun run");
        assertEquals(union(both, ONLY_REMOTE), ClientDoor.options(), "rustyrun --host URL run");
        assertEquals(new TreeSet<>(SHARED.values()), HttpDoor.sharedFields(), "every launch over HTTP");
        assertEquals(new TreeSet<>(ONLY_CONTAINERS), HttpDoor.containerFields(), "POST /v1/containers");
        for (String option : SHARED.keySet()) {
            boolean sampled = Set.of("--rootfs", "--command").contains(option)
                    || samples().stream().anyMatch(sample -> sample.local().contains(option));
            assertTrue(sampled, option + " has no sample");
        }
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void an_option_gives_the_same_spec_at_every_door(Sample sample) throws IOException {
        Map<String, String> local = outcome(() -> CliDoor.spec(linux, folder.resolve("store"), local(sample)));
        Set<String> found = new TreeSet<>();
        compare(found, REMOTE, sample, local, outcome(() -> http.container(ClientDoor.body(remote(sample)))));
        if (!sample.json().isEmpty()) {
            compare(found, RUN, sample, local, outcome(() -> http.run(body(sample))));
            compare(found, CONTAINERS, sample, local, outcome(() -> http.container(body(sample))));
        }
        Set<String> known = new TreeSet<>();
        KNOWN.stream()
                .filter(one -> one.options().equals(sample.toString()))
                .forEach(one -> one.lines().forEach(known::add));
        assertEquals(lines(known), lines(found), "the differences between the doors, and those that are known");
    }

    @Test
    void a_launch_without_options_is_refused_at_no_door() throws IOException {
        Sample none = samples().get(0);
        for (Map<String, String> outcome : List.of(
                outcome(() -> CliDoor.spec(linux, folder.resolve("store"), local(none))),
                outcome(() -> http.container(ClientDoor.body(remote(none)))),
                outcome(() -> http.run(body(none))),
                outcome(() -> http.container(body(none))))) {
            assertFalse(outcome.containsKey("refused"));
            assertEquals("[/bin/echo, -n, a b]", outcome.get("process.args"));
        }
    }

    @Test
    void every_known_difference_is_of_a_sample() {
        for (Known known : KNOWN) {
            assertTrue(
                    samples().stream().anyMatch(sample -> known.options().equals(sample.toString())), known::toString);
        }
    }

    private static String lines(Collection<String> texts) {
        return String.join("\n", texts);
    }

    private void compare(
            Set<String> found, String door, Sample sample, Map<String, String> local, Map<String, String> other) {
        Set<String> paths = union(local.keySet(), other.keySet());
        paths.removeIf(path -> OF_THE_SERVICE.contains(path) && isUnsaid(local.get(path)));
        boolean refused = local.containsKey("refused") || other.containsKey("refused");
        for (String path : refused ? Set.of("refused") : paths) {
            if (!Objects.equals(local.get(path), other.get(path))) {
                found.add(line(door, sample.toString(), path));
            }
        }
    }

    /** Whether the command line says nothing about it, so that a service's own value is no difference. */
    private static boolean isUnsaid(String value) {
        return value == null || value.equals(String.valueOf(Resources.UNSET));
    }

    private List<String> local(Sample sample) {
        String words = sample.local().replace("DATA", folder.toString());
        return words("--rootfs " + rootfs + " --no-tty " + words);
    }

    private static List<String> remote(Sample sample) {
        return words("--rootfs box --detach --no-tty " + sample.remote());
    }

    private static List<String> words(String options) {
        List<String> words = new ArrayList<>(List.of(options.strip().split(" +")));
        words.addAll(List.of("--command", "/bin/echo", "-n", "a b"));
        return words;
    }

    private static byte[] body(Sample sample) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode fields = mapper.readTree(sample.json().replace('\'', '"'));
        ObjectNode body = mapper.createObjectNode().put("rootfs", "box");
        body.putArray("command").add("/bin/echo").add("-n").add("a b");
        return mapper.writeValueAsBytes(body.setAll((ObjectNode) fields));
    }

    /** A way to a Spec. */
    private interface Door {
        Spec open() throws IOException;
    }

    /** What comes of it: each value of the Spec by its path, or that it was refused. */
    private static Map<String, String> outcome(Door door) throws IOException {
        Map<String, String> values = new TreeMap<>();
        try {
            Spec spec = door.open();
            SpecValidator.check(spec);
            flatten("", spec, values);
        } catch (RuntimeException e) {
            if (!REFUSALS.contains(e.getClass().getSimpleName())) {
                throw e;
            }
            values.put("refused", "yes");
        }
        return values;
    }

    private static void flatten(String path, Object value, Map<String, String> to) {
        String below = path.isEmpty() ? "" : path + ".";
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                flatten(below + component.getName(), read(component, value), to);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, entry) -> flatten(below + key, entry, to));
        } else if (value instanceof Set<?> set) {
            to.put(path, new TreeSet<>(set.stream().map(String::valueOf).toList()).toString());
        } else {
            to.put(path, String.valueOf(value));
        }
    }

    private static Object read(RecordComponent component, Object value) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
