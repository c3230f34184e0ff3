package dev.rustyrun.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * podman on a storage of its own, without any registry: what the Dockerfiles take for their base is Debian's minimal system
 * of {@code root-file-systems/get debian}. Everything is gone when it is closed.
 */
final class ImageStore implements AutoCloseable {

    /** What the manifests in k8s call the images; in this storage these are the ones built here. */
    static final String MICRO = "registry.example/rustyrun:0.1.0";

    static final String DEBIAN = "registry.example/rustyrun:0.1.0-debian";
    static final String JVM = "registry.example/rustyrun:0.1.0-jvm";
    static final String BUSYBOX = "docker.io/library/busybox:1.37";
    private static final String BASE = "localhost/base:12";
    /** Not every machine lets a container raise its limits as high as podman does by itself. */
    private static final String SETTINGS = """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            netns = "none"
            [engine]
            infra_image = "%s"
            events_logger = "file"
            cgroup_manager = "cgroupfs"
            runtime = "runc"
            image_copy_tmp_dir = "storage"
            """.formatted(BUSYBOX);

    private final Path folder;

    private ImageStore(Path folder) {
        this.folder = folder;
    }

    /** An empty one; skips the test where it cannot be. */
    static ImageStore open() throws IOException {
        Launcher.requireRoot();
        for (String program : List.of("podman", "runc", "debootstrap", "busybox")) {
            Assumptions.assumeTrue(
                    Launcher.execute(List.of("sh", "-c", "command -v " + program), "")
                                    .exitCode()
                            == 0,
                    "needs " + program + ": apt-get install podman runc debootstrap busybox-static");
        }
        ImageStore store = new ImageStore(Files.createTempDirectory("rustyrun-images"));
        Files.writeString(store.folder.resolve("containers.conf"), SETTINGS);
        Files.createDirectory(store.folder.resolve("tmp"));
        return store;
    }

    Path folder() {
        return folder;
    }

    /** Takes Debian's files, without those that nothing here reads. */
    void importBase() {
        script("tar -c -C '" + Launcher.debian() + "' --exclude=./usr/share/doc --exclude=./usr/share/man"
                + " --exclude=./usr/share/locale --exclude=./var/cache --exclude=./var/lib/apt --exclude=./dev . | "
                + String.join(" ", podmanCommand("import", "-q", "-", BASE)));
    }

    /** With the settings of busybox's own image; the pause container of pods is made of it too, which podman has none for. */
    void importBusybox() {
        script("tar -c -C '" + Launcher.busybox() + "' . | "
                + String.join(
                        " ",
                        podmanCommand(
                                "import",
                                "-q",
                                "--change",
                                "ENV=PATH=/bin",
                                "--change",
                                "'CMD [\"/bin/sleep\", \"100000\"]'",
                                "-",
                                BUSYBOX)));
    }

    /** Builds one of src/main/docker as its first lines say it. */
    void build(String dockerfile, String name) {
        // Steps in a chroot: crun, which podman would take, refuses a machine with both versions of control groups.
        podman(
                        "build",
                        "-q",
                        "--isolation",
                        "chroot",
                        "--format",
                        "docker",
                        "--build-arg",
                        "BASE=" + BASE,
                        "-f",
                        Launcher.baseDirectory()
                                .resolve("src/main/docker/" + dockerfile)
                                .toString(),
                        "-t",
                        name,
                        Launcher.baseDirectory().toString())
                .expect(0);
    }

    private static void script(String text) {
        Launcher.execute(List.of("bash", "-o", "pipefail", "-ec", text), "").expect(0);
    }

    List<String> podmanCommand(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "env",
                "CONTAINERS_CONF=" + folder.resolve("containers.conf"),
                "TMPDIR=" + folder.resolve("tmp"),
                "podman",
                "--root",
                folder + "/root",
                "--runroot",
                folder + "/run",
                "--tmpdir",
                folder + "/libpod",
                "--storage-driver",
                "overlay",
                "--log-level",
                "fatal"));
        all.addAll(List.of(words));
        return all;
    }

    Launcher.Result podman(String... words) {
        return Launcher.execute(podmanCommand(words), "");
    }

    /** Plays it. Seldom, podman 4.3 and its own clean-up of the manifest's init container wait for each other for ever. */
    void play(Path manifest) {
        String[] words = {"kube", "play", "--network", "none", manifest.toString()};
        Launcher.Result played;
        try {
            played = podman(words);
        } catch (AssertionError blocked) {
            podman("pod", "rm", "--all", "--force", "--time", "1");
            played = podman(words);
        }
        played.expect(0);
    }

    /** The container {@code name} of the sidecar's manifest. */
    static JsonNode manifestContainer(String name) throws IOException {
        for (JsonNode container :
                new YAMLMapper().readTree(manifest().toFile()).get("spec").get("containers")) {
            if (container.get("name").textValue().equals(name)) {
                return container;
            }
        }
        throw new AssertionError("the manifest has no container " + name);
    }

    static Path manifest() {
        return Launcher.baseDirectory().resolve("k8s/base/sidecar/pod.yaml");
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.textValue()));
        return texts;
    }

    @Override
    public void close() {
        podman("pod", "rm", "--all", "--force", "--time", "1");
        podman("rm", "--all", "--force", "--time", "1");
        podman("volume", "rm", "--all", "--force");
        podman("rmi", "--all", "--force");
        try {
            // The storage's own mounts, then its files.
            Launcher.execute(
                    List.of("sh", "-c", "umount '" + folder + "/root/overlay' 2>/dev/null; rm -rf '" + folder + "'"),
                    "");
            if (Files.exists(folder)) {
                throw new AssertionError("not removed: " + folder + "\n"
                        + Launcher.execute(List.of("find", folder.toString(), "-maxdepth", "3"), "")
                                .out());
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
