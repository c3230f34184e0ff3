package dev.rustyrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A containerd with a Container Runtime Interface, an image and a network of its own, whose runtime is Rustyrun, until
 * it is closed.
 */
final class CriEngine implements AutoCloseable {

    /** The image of pods and containers. It has busybox. */
    static final String IMAGE = "localhost/rustyrun-pods:latest";

    private static final String BRIDGE = "rr-cri0";

    private final Path folder;
    private final boolean inSystemd;
    private final Process daemon;
    private final CriClient client;

    private CriEngine(Path folder, boolean inSystemd, Process daemon, CriClient client) {
        this.folder = folder;
        this.inSystemd = inSystemd;
        this.daemon = daemon;
        this.client = client;
    }

    /** Skips the test where containerd, or a program that it needs, is not installed. */
    static void assumeInstalled() {
        for (String program : List.of("containerd", "ctr", "buildah", "busybox", "/usr/lib/cni/bridge")) {
            Assumptions.assumeTrue(
                    Launcher.execute(List.of("sh", "-c", "command -v " + program), "")
                                    .exitCode()
                            == 0,
                    "needs " + program
                            + ": apt-get install containerd buildah busybox-static containernetworking-plugins");
        }
    }

    /** Starts it on this machine. */
    static CriEngine start() throws IOException {
        return start(Files.createTempDirectory("rustyrun-cri"), false);
    }

    /** Starts it in a system of its own whose PID 1 is systemd, which makes the cgroups of containers. */
    static CriEngine startInSystemd() throws IOException {
        // That system has a /tmp of its own.
        return start(Files.createTempDirectory(Path.of("/var/tmp"), "rustyrun-cri"), true);
    }

    private static CriEngine start(Path folder, boolean inSystemd) throws IOException {
        int port = ImageTools.freePort();
        Path config = Files.writeString(folder.resolve("config.toml"), """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                [grpc]
                  address = "%1$s/socket"
                  tcp_address = "127.0.0.1:%2$d"
                [ttrpc]
                  address = "%1$s/socket.ttrpc"
                [plugins."io.containerd.grpc.v1.cri"]
                  disable_tcp_service = false
                  restrict_oom_score_adj = true
                  sandbox_image = "%3$s"
                  [plugins."io.containerd.grpc.v1.cri".cni]
                    bin_dir = "/usr/lib/cni"
                    conf_dir = "%1$s/cni"
                  [plugins."io.containerd.grpc.v1.cri".containerd]
                    snapshotter = "native"
                    default_runtime_name = "rustyrun"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.rustyrun]
                    runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.rustyrun.options]
                    BinaryName = "%4$s"
                    SystemdCgroup = %5$s
                """.formatted(
                        folder, port, IMAGE, Launcher.command().get(0), inSystemd));
        Files.createDirectory(folder.resolve("cni"));
        Files.createDirectory(folder.resolve("logs"));
        Files.writeString(folder.resolve("cni/10-pods.conflist"), """
                {"cniVersion": "0.4.0", "name": "rustyrun-cri", "plugins": [{"type": "bridge", "bridge": "%s",
                  "ipam": {"type": "host-local", "subnet": "10.211.7.0/24", "dataDir": "%s/addresses"}}]}
                """.formatted(BRIDGE, folder));
        List<String> command = new ArrayList<>();
        if (inSystemd) {
            command.add(Launcher.baseDirectory()
                    .toAbsolutePath()
                    .resolve("src/test/scripts/boot-systemd")
                    .toString());
        }
        command.addAll(List.of("/usr/bin/containerd", "--config", config.toString()));
        Process daemon = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("log").toFile())
                .redirectErrorStream(true)
                .start();
        CriEngine engine = new CriEngine(folder, inSystemd, daemon, new CriClient(port));
        engine.makeImage();
        return engine;
    }

    private void makeImage() {
        String buildah = "buildah --root " + folder + "/b --runroot " + folder + "/r --storage-driver vfs ";
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                "c=$(" + buildah + "from scratch); m=$(" + buildah + "mount $c)\n"
                                        + "mkdir -p $m/bin $m/etc; cp $(command -v busybox) $m/bin/busybox\n"
                                        + "for a in sh sleep ps id cat hostname readlink ip head tail; do ln -s busybox $m/bin/$a; done\n"
                                        + buildah + "config --entrypoint '[\"/bin/sleep\", \"98765\"]' $c; "
                                        + buildah + "umount $c; " + buildah + "commit -q $c image; "
                                        + buildah + "push -q image oci-archive:" + folder + "/image.tar:" + IMAGE),
                        "")
                .expect(0);
        Host.eventually(
                "containerd answers",
                client::answers,
                () -> Host.read(folder.resolve("log").toString()));
        Launcher.execute(
                        List.of(
                                "ctr",
                                "--address",
                                folder + "/socket",
                                "--namespace",
                                "k8s.io",
                                "images",
                                "import",
                                "--snapshotter",
                                "native",
                                folder + "/image.tar"),
                        "")
                .expect(0);
    }

    /** The folder of all its files; pods have their logs in {@code logs}. */
    Path folder() {
        return folder;
    }

    CriClient client() {
        return client;
    }

    /** The output of a shell command in the namespaces of containerd. */
    String in(String script) {
        return Launcher.execute(
                        List.of(
                                "nsenter",
                                "-t",
                                Long.toString(process().orElseThrow()),
                                "-m",
                                "-p",
                                "-C",
                                "sh",
                                "-c",
                                script),
                        "")
                .expect(0)
                .out()
                .strip();
    }

    private Optional<Long> process() {
        return Host.processes().entrySet().stream()
                .filter(each ->
                        each.getValue().strip().equals("/usr/bin/containerd --config " + folder + "/config.toml"))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        if (inSystemd && process().isPresent()) {
            // Its end is the end of that system.
            Host.signal(process().get(), "TERM");
        } else {
            daemon.destroy();
        }
        daemon.waitFor();
        Launcher.execute(List.of("sh", "-c", "ip link delete " + BRIDGE + " 2>/dev/null; rm -rf " + folder), "");
    }
}
