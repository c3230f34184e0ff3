package dev.rustyrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cli.CliDoor;
import dev.rustyrun.cli.remote.ClientDoor;
import dev.rustyrun.engine.service.HttpDoor;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.RootsKernel;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestFields;
import dev.rustyrun.request.RequestOptions;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The same options make the same Spec through each interface ("door"): {@code rustyrun run},
 * {@code rustyrun --host URL run}, {@code POST /v1/run} and {@code POST /v1/containers}.
 *
 * <p>{@link #KNOWN} lists the differences that remain. A difference that is not listed fails the test, and so does a
 * listed one that no longer exists: the list can only shrink.
 */
class DoorsTest {

    /** Options of both command lines that need no field in HTTP. */
    private static final Set<String> BOTH_COMMAND_LINES =
            Set.of("--detach", "--result", "--rm", "--quiet", "--env-file");

    /** Options that are not part of a Spec, because they say how a container is kept; other tests compare them. */
    private static final Set<String> OF_THE_KEEPER = Set.of("--label", "--tty", "--interactive", "--max-log");

    /** Values that a service always sets; a command line sets them only on request. */
    private static final Set<String> OF_THE_SERVICE = Set.of(
            "linux.resources.memory.limit",
            "linux.resources.cpu.quota",
            "linux.resources.cpu.period",
            "linux.resources.pids",
            "annotations.dev.rustyrun.ephemeral");

    /** Exceptions by which a door refuses an option; any other exception is a defect. */
    private static final Set<String> REFUSALS = Set.of(
            "InvalidSpecException", "FieldException", "ClientException", "ProblemException", "ParameterException");

    private static final String REMOTE = "--host run";
    private static final String RUN = "POST /v1/run";
    private static final String CONTAINERS = "POST /v1/containers";

    /**
     * A known difference.
     *
     * @param path in the Spec, or {@code refused} when one door refuses what the other accepts
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
    private static final String BELOW_MIN = "a service refuses what is below a minimum, the command line takes it";
    private static final String ABOVE_MAX = "a service has a maximum for all";

    private static final List<Known> KNOWN = List.of(
            Known.at("--volume DATA:/data", "mounts", MOUNT, REMOTE, RUN, CONTAINERS),
            Known.at("--volume DATA:/data:ro", "mounts", MOUNT, REMOTE, RUN, CONTAINERS),
            Known.at("--pids-limit 0", "refused", BELOW_MIN, REMOTE, RUN, CONTAINERS),
            Known.at("--pids-limit -1", "refused", ABOVE_MAX, REMOTE, RUN, CONTAINERS));

    private static String line(String door, String options, String path) {
        return door + ": " + options + ": " + path;
    }

    /**
     * An option of all doors.
     *
     * @param local arguments of {@code rustyrun run}
     * @param remote arguments of {@code rustyrun --host URL run}
     * @param json fields of HTTP; empty if HTTP has no such field
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

    /** The samples that name a default, or a value outside of the Spec. */
    private static final Set<String> WITHOUT_EFFECT =
            new TreeSet<>(Set.of("no option", "--env A", "--net none", "--network none", "--timeout 1.5"));

    static List<Sample> samples() {
        return List.of(
                Sample.of("", "{}"),
                Sample.of("--hostname web", "{'hostname': 'web'}"),
                Sample.of("--net none", "{'network': 'none'}"),
                Sample.of(
                        "--net private --publish 127.0.0.1:8080:80 -p [::1]:53:53/udp",
                        "{'network': 'private', 'publish': ['127.0.0.1:8080:80', '[::1]:53:53/udp']}"),
                Sample.of("--net cni:web --publish 8080:80", "{'network': 'cni:web', 'publish': ['8080:80']}"),
                Sample.of("--net cni:", "{'network': 'cni:'}"),
                Sample.of(
                        "--allow example.org --allow *.example.net:443",
                        "{'allow': ['example.org', '*.example.net:443']}"),
                Sample.of("--allow example.org:x", "{'allow': ['example.org:x']}"),
                Sample.of("--publish 8080:80", "{'publish': ['8080:80']}"),
                Sample.of("--domainname example.org", "{'domainname': 'example.org'}"),
                Sample.of("--env A=1", "{'env': {'A': '1'}}"),
                Sample.of("--env A=1 --env B= --env A=2", "{'env': {'A': '2', 'B': ''}}"),
                Sample.of("--env PATH=/bin", "{'env': {'PATH': '/bin'}}"),
                Sample.of("--env A", ""),
                Sample.of("--unsetenv HOSTNAME --unsetenv PATH", "{'unsetEnv': ['HOSTNAME', 'PATH']}"),
                Sample.of("--unsetenv HOSTNAME=x", "{'unsetEnv': ['HOSTNAME=x']}"),
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
                Sample.of("--shm-size 1m", "{'shmSize': '1m'}"),
                Sample.of("--shm-size 0", "{'shmSize': 0}"),
                Sample.of("--storage-size 1g", "{'storageSize': '1g'}"),
                Sample.of("--entrypoint [\"ls\",\"/\"]", "{'entrypoint': '[\\\"ls\\\",\\\"/\\\"]'}"),
                Sample.of("--storage-size 1x", "{'storageSize': '1x'}"),
                Sample.of("--shm-size 1x", "{'shmSize': '1x'}"),
                Sample.of("--tmpfs scratch", "{'tmpfs': ['scratch']}"),
                Sample.of("--tmpfs /scratch:size=1m,mode=700", "{'tmpfs': ['/scratch:size=1m,mode=700']}"),
                Sample.of("--tmpfs /a/b --tmpfs /a", "{'tmpfs': ['/a/b', '/a']}"),
                Sample.of("--network none", "{'network': 'none'}"),
                Sample.of("--network nosuch", "{'network': 'nosuch'}"),
                Sample.of("--network host", "{'network': 'host'}"),
                Sample.of("--cap-drop NET_RAW", "{'dropCapabilities': ['NET_RAW']}"),
                Sample.of("--cap-drop cap_net_raw", "{'dropCapabilities': ['cap_net_raw']}"),
                Sample.of("--cap-drop all", "{'dropCapabilities': ['all']}"),
                Sample.of("--cap-drop NET_RAW,MKNOD", "{'dropCapabilities': ['NET_RAW', 'MKNOD']}"),
                Sample.of("--cap-drop NOSUCH", "{'dropCapabilities': ['NOSUCH']}"),
                Sample.of("--personality LINUX32", "{'personality': 'LINUX32'}"),
                Sample.of("--personality BSD", "{'personality': 'BSD'}"),
                Sample.of("--memory 64m", "{'memory': '64m'}"),
                Sample.of("--memory 64M", "{'memory': '64M'}"),
                Sample.of("--memory 64mb", "{'memory': '64mb'}"),
                Sample.of("--memory 67108864", "{'memory': '67108864'}"),
                Sample.of("--memory 67108864b", "{'memory': '67108864b'}"),
                Sample.of("--memory 64MB", "{'memory': '64MB'}"),
                Sample.of("--memory 64x", "{'memory': '64x'}"),
                Sample.of("--memory 1.5g", "{'memory': '1.5g'}"),
                Sample.of("--memory 64", "{'memory': '64'}"),
                Sample.of("--cpus 1.5", "{'cpus': 1.5}"),
                Sample.of("--cpus 0.001", "{'cpus': 0.001}"),
                Sample.of("--pids-limit 64", "{'pids': 64}"),
                Sample.of("--pids-limit -1", "{'pids': -1}"),
                Sample.of("--pids-limit 0", "{'pids': 0}"),
                Sample.of("--timeout 1.5", "{'timeoutSeconds': 1.5}"),
                Sample.of("--entrypoint /bin/sh", "{'entrypoint': '/bin/sh'}"),
                Sample.of("--pull sometimes", "{'pull': 'sometimes'}"),
                Sample.of("--pull never", "{'pull': 'never'}"),
                Sample.of("--platform linux/arm64", "{'platform': 'linux/arm64'}"));
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

    /** Options of a command line by whether they correspond to a field of a request. */
    private static Map<Boolean, Set<String>> byField(List<OptionSpec> options) {
        return options.stream()
                .collect(Collectors.partitioningBy(
                        option -> RequestOptions.of(option).isPresent(),
                        Collectors.mapping(OptionSpec::longestName, Collectors.toSet())));
    }

    @Test
    void every_field_with_an_option_is_one_of_both_command_lines_and_compared_here() {
        Map<Boolean, Set<String>> local = byField(CliDoor.options());
        Map<Boolean, Set<String>> remote = byField(ClientDoor.options());
        assertEquals(BOTH_COMMAND_LINES, remote.get(false), "a field that only the client has");
        assertTrue(local.get(false).containsAll(BOTH_COMMAND_LINES));
        assertEquals(remote.get(true), union(local.get(true), Set.of("--max-log")));
        for (String option : remote.get(true)) {
            boolean sampled = Set.of("--rootfs", "--command").contains(option)
                    || OF_THE_KEEPER.contains(option)
                    || samples().stream().anyMatch(sample -> sample.local().contains(option));
            assertTrue(sampled, option + " has no sample");
        }
    }

    @Test
    void every_field_of_a_launch_has_an_option() {
        Set<String> fields = new TreeSet<>();
        CliDoor.options().forEach(option -> RequestOptions.of(option).ifPresent(field -> fields.add(field.json())));
        // The image has no option: both command lines take it as their first argument.
        fields.add("image");
        for (RequestFields.Entry entry : RequestFields.of(LaunchRequest.class)) {
            assertTrue(fields.contains(entry.json()), entry.json());
        }
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void an_option_gives_the_same_spec_in_every_interface(Sample sample) throws IOException {
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
    void every_accepted_option_changes_the_spec() throws IOException {
        Map<String, String> none = outcome(() ->
                CliDoor.spec(linux, folder.resolve("store"), local(samples().get(0))));
        Set<String> without = new TreeSet<>();
        for (Sample sample : samples()) {
            if (outcome(() -> CliDoor.spec(linux, folder.resolve("store"), local(sample)))
                    .equals(none)) {
                without.add(sample.toString());
            }
        }
        assertEquals(lines(WITHOUT_EFFECT), lines(without), "options that name a default, or that concern no Spec");
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

    /** Whether the command line leaves the value unset, so that a service's own value is no difference. */
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

    /** An interface that turns a sample into a Spec. */
    private interface Door {
        Spec open() throws IOException;
    }

    /** The values of the resulting Spec by their paths, or that the door refused it. */
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
