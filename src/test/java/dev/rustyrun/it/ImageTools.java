package dev.rustyrun.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/** A folder with separate stores for Rustyrun and buildah, and Debian's registry on loopback. */
final class ImageTools implements AutoCloseable {

    private static final List<String> PROGRAMS = List.of("buildah", "skopeo", "docker-registry", "openssl");

    /** The user "me" with the password "secret", in htpasswd's format. */
    private static final String PASSWORDS = "me:$2y$05$BM0aSU./hkqjVoUrDbiE2OO5PNJ2uBpNEMxMTYDvGBms7bl.OgrzS\n";

    final Path folder;
    private final List<Process> registries = new ArrayList<>();

    ImageTools() throws IOException {
        Launcher.requireRoot();
        for (String program : PROGRAMS) {
            Assertions.assertEquals(
                    0,
                    Launcher.execute(List.of("sh", "-c", "command -v " + program), "")
                            .exitCode(),
                    "apt-get install " + String.join(" ", PROGRAMS));
        }
        folder = Files.createTempDirectory("rustyrun-images");
        Files.createDirectories(folder.resolve("config/rustyrun"));
        Files.writeString(folder.resolve("auth.json"), "{}");
    }

    /** Runs a shell script with the variables RUSTYRUN (the program) and BUILDAH (with its storage in this folder). */
    Launcher.Result sh(String script) {
        String rustyrun = Launcher.command().get(0);
        return Launcher.execute(
                List.of(
                        "env",
                        "RUSTYRUN_IMAGES=" + folder.resolve("store"),
                        "XDG_CONFIG_HOME=" + folder.resolve("config"),
                        "XDG_RUNTIME_DIR=" + folder,
                        "REGISTRY_AUTH_FILE=" + folder.resolve("auth.json"),
                        "TMPDIR=" + folder,
                        "RUSTYRUN=" + rustyrun,
                        "BUILDAH=buildah --root " + folder + "/root --runroot " + folder + "/run --storage-driver vfs",
                        "sh",
                        "-euc",
                        "cd '" + folder + "'\n" + script),
                "");
    }

    /** Builds an image of two layers from scratch with buildah. */
    void build(String name) {
        sh("mkdir -p tree/bin; echo one > tree/bin/one; echo two > two\n"
                        + "c=$($BUILDAH from scratch); $BUILDAH copy -q $c tree /\n"
                        + "$BUILDAH config --cmd '[\"/bin/one\"]' --env A=b --user 7:8 --label l=m $c\n"
                        + "$BUILDAH commit -q $c base; $BUILDAH rm $c\n"
                        + "c=$($BUILDAH from base); $BUILDAH copy -q $c two /two; $BUILDAH commit -q $c " + name
                        + "; $BUILDAH rm $c")
                .expect(0);
    }

    /** A free port on loopback. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Starts a registry and returns its host and port. */
    String registry(boolean tls) throws IOException {
        int port = freePort();
        String host = "127.0.0.1:" + port;
        String http = "  addr: " + host + "\n";
        String auth = "";
        if (tls) {
            sh("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 2 2>"
                            + " openssl.log\n"
                            + "openssl req -newkey rsa:2048 -nodes -keyout tls.key -out tls.csr -subj /CN=registry 2>>"
                            + " openssl.log\n"
                            + "echo subjectAltName=IP:127.0.0.1 > names\n"
                            + "openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out"
                            + " tls.crt 2>> openssl.log")
                    .expect(0);
            http += "  tls: {certificate: " + folder + "/tls.crt, key: " + folder + "/tls.key}\n";
            Files.writeString(folder.resolve("passwords"), PASSWORDS);
            auth = "auth: {htpasswd: {realm: test, path: " + folder + "/passwords}}\n";
        }
        Path config = folder.resolve("registry-" + port + ".yml");
        Files.writeString(
                config,
                "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: "
                        + folder + "/registry-" + port + "}}\nhttp:\n" + http + auth);
        registries.add(new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start());
        awaitPort(port);
        return host;
    }

    private static void awaitPort(int port) {
        Host.eventually("the registry listens", () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Writes the user's registry settings. */
    void settings(String json) throws IOException {
        Files.writeString(folder.resolve("config/rustyrun/registries.json"), json);
    }

    @Override
    public void close() throws IOException {
        registries.forEach(Process::destroy);
        for (Process registry : registries) {
            registry.onExit().join();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
