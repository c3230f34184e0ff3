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
 * podman with a storage of its own and without a registry. The base image of the Dockerfiles is Debian's minimal system
 * of {@code root-file-systems/get debian}. Closing it deletes everything.
 */
final class ImageStore implements AutoCloseable {

    /** The image names in the manifests of k8s; in this storage they name the images built here. */
    static final String MICRO = "registry.example/rustyrun:0.1.0";

    static final String DEBIAN = "registry.example/rustyrun:0.1.0-debian";
    static final String JVM = "registry.example/rustyrun:0.1.0-jvm";
    static final String BUSYBOX = "docker.io/library/busybox:1.37";
    private static final String BASE = "localhost/base:12";
    /** podman's own default limits are higher than a container may set on some machines. */
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

    /** Opens an empty storage; skips the test where podman cannot work. */
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

    /** Imports Debian's files, without documentation and other files that no test reads. */
    void importBase() {
        script("tar -c -C '" + Launcher.debian() + "' --exclude=./usr/share/doc --exclude=./usr/share/man"
                + " --exclude=./usr/share/locale --exclude=./var/cache --exclude=./var/lib/apt --exclude=./dev . | "
                + String.join(" ", podmanCommand("import", "-q", "-", BASE)));
    }

    /**
     * Imports busybox with its own image's settings. podman makes the pause container of pods from it too, because it
     * has no pause image.
     */
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

    /** Builds a Dockerfile of src/main/docker as the comment at its top says. */
    void build(String dockerfile, String name) {
        // Build steps run in a chroot: crun, podman's default, refuses machines with both cgroup versions mounted.
        podman(
                        "build",
                        "-q",
                        "--isolation",
                        "chroot",
                        "--format",
                        "docker",
                        // Otherwise each of the Dockerfile's lines becomes an image, for a cache that no test uses.
                        "--layers=false",
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

    /**
     * Plays a manifest. Retries once, because podman 4.3 sometimes deadlocks with its own clean-up of the manifest's
     * init container.
     */
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

    /** The container {@code name} in the sidecar's manifest. */
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
            // Unmount the storage's own mounts, then delete its files.
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
