package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warm launches from images: the service builds the container and its layer ahead of requests. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class WarmImagesIT {

    private static final String APP = "localhost/app:1";

    @TempDir
    Path data;

    private MountedStore images;

    @BeforeEach
    void makeImage() throws Exception {
        Launcher.requireRoot();
        images = new MountedStore();
        Path tar = images.folder.resolve("root.tar");
        Files.write(
                tar,
                images.tar("cp -a " + Launcher.busybox() + "/. .; mkdir -p work; chmod 777 work; echo seed > work/seed;"
                        + " echo image > marker"));
        Files.createDirectories(images.store);
        store(Launcher.command(
                        "import",
                        "--change",
                        "ENV PATH=/bin",
                        "--change",
                        "ENV OF=image",
                        "--change",
                        "VOLUME /work",
                        "--change",
                        "WORKDIR /work",
                        tar.toString(),
                        APP))
                .expect(0);
    }

    @AfterEach
    void removeStore() throws Exception {
        images.close();
    }

    private Launcher.Result store(List<String> command) {
        return Launcher.execute(withStore(command), "");
    }

    private List<String> withStore(List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "RUSTYRUN_IMAGES=" + images.store));
        all.addAll(command);
        return all;
    }

    private Server start(int warm, String userns) throws IOException {
        return Server.startBy(
                withStore(List.of("env", "RUSTYRUN_IMAGE_SOURCES=localhost/*", "RUSTYRUN_WARM=" + warm)),
                "--data-folder",
                data.resolve("data-" + warm).toString(),
                "--userns",
                userns);
    }

    private static String run(Server server, String script, String... fields) throws IOException, InterruptedException {
        HttpResponse<String> answer = server.post(
                "/v1/run",
                "{\"image\": \"" + APP + "\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]"
                        + (fields.length == 0 ? "" : ", " + String.join(", ", fields)) + "}");
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    private static String runWarm(Server server, String script, String... fields) {
        String[] answer = {""};
        Host.eventually(
                "a launch is warm",
                () -> {
                    answer[0] = Server.quietly(() -> run(server, script, fields));
                    return answer[0].contains("\"warm\":true") && hasBuilt();
                },
                () -> answer[0]);
        return answer[0];
    }

    /** Stops the service, which then neither uses nor replaces the launch that waits. */
    private void stopWhileALaunchWaits(Server server) {
        Host.eventually("a launch of a stopped service waits in the image", () -> {
            Host.signal(server.pid(), "STOP");
            boolean waits = Server.quietly(() -> images.containers().stream()
                    .anyMatch(id -> Files.exists(
                            images.store.resolve("containers").resolve(id).resolve("waiting"))));
            if (!waits) {
                Host.signal(server.pid(), "CONT");
            }
            return waits;
        });
    }

    /** Whether a warm launch waits in a container of the image. */
    private static boolean hasBuilt() {
        return Host.processes().keySet().stream()
                .anyMatch(pid -> Files.exists(Path.of("/proc/" + pid + "/root/marker")));
    }

    private static String stdout(String body) {
        return body.replaceFirst(".*\"stdout\":(\\{.*?}),\"stderr.*", "$1");
    }

    private void expectTheSame(String userns) throws Exception {
        String script =
                "id; pwd; env | sort; cat /marker; ls -ln / /work /etc | grep -v ' proc$'; cat /etc/hosts /etc/hostname;"
                        + " cut -d ' ' -f 5-6 /proc/self/mountinfo | sort; grep -E 'Seccomp|Cap|NoNew' /proc/self/status;"
                        + " echo own > /own; echo own > /work/own; cat /own /work/own; ls /proc/self/fd";
        String own = "\"env\": {\"OWN\": \"1\"}, \"user\": \"5:6\", \"memory\": \"64m\"";
        try (Server warm = start(1, userns);
                Server cold = start(0, userns)) {
            String root = runWarm(warm, script);
            assertEquals(stdout(run(cold, script)), stdout(root));
            assertEquals(stdout(run(cold, script, own)), stdout(runWarm(warm, script, own)));
        }
        assertEquals(List.of(), images.containers(), "no layer may be left");
        Host.expectNothingLeft("never-started");
    }

    @Test
    void a_warm_launch_of_an_image_does_what_a_cold_one_does_and_nothing_of_it_is_left() throws Exception {
        expectTheSame("host");
    }

    @Test
    void a_warm_launch_in_a_user_namespace_does_what_a_cold_one_does() throws Exception {
        expectTheSame("auto");
    }

    @Test
    void launches_that_only_wait_do_not_keep_their_image() throws Exception {
        try (Server server = start(2, "host")) {
            runWarm(server, "true");
            Host.eventually("a launch waits in the image", WarmImagesIT::hasBuilt);
            // The container that has just answered may still be ending, and uses the image.
            Host.eventually(
                    "the image is removed",
                    () -> store(Launcher.command("rmi", APP)).exitCode() == 0);
            assertFalse(store(Launcher.command("images")).out().contains("app"));
            Host.eventually("nothing waits in the image", () -> !hasBuilt());
            HttpResponse<String> gone = server.post(
                    "/v1/run", "{\"image\": \"" + APP + "\", \"pull\": \"never\", \"command\": [\"/bin/true\"]}");
            assertEquals(422, gone.statusCode(), gone.body());
        }
    }

    @Test
    void a_removal_by_the_service_discards_warm_launches_too() throws Exception {
        try (Server server = start(1, "host")) {
            runWarm(server, "true");
            Host.eventually("a launch waits in the image", WarmImagesIT::hasBuilt);
            Host.eventually(
                    "the image is removed",
                    () -> Server.quietly(
                            () -> server.delete("/v1/images/" + APP).statusCode() < 300));
        }
    }

    @Test
    void an_image_that_a_stopped_service_holds_is_not_said_to_be_used_by_a_container() throws Exception {
        try (Server server = start(1, "host")) {
            runWarm(server, "true");
            stopWhileALaunchWaits(server);
            Launcher.Result held = store(Launcher.command("rmi", APP));
            Host.signal(server.pid(), "CONT");
            assertTrue(held.expect(125).errorLine().contains("is held by warm launches of a service"), held.err());
            Host.eventually(
                    "the image is removed",
                    () -> store(Launcher.command("rmi", APP)).exitCode() == 0);
        }
    }

    @Test
    void launches_that_waited_in_a_killed_service_do_not_keep_their_image() throws Exception {
        try (Server server = start(2, "host")) {
            runWarm(server, "true");
            stopWhileALaunchWaits(server);
            Host.signal(server.pid(), "KILL");
            Host.eventually("nothing waits in the image", () -> !hasBuilt());
            assertFalse(images.containers().isEmpty(), "a killed service leaves layers");
            // The service may have been killed while it made a layer, too.
            Path containers = images.store.resolve("containers");
            Path recorded = images.containers().stream()
                    .map(id -> containers.resolve(id).resolve("image"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            Files.copy(
                    recorded,
                    Files.createDirectory(containers.resolve("unfinished")).resolve("image"));
            store(Launcher.command("rmi", APP)).expect(0);
            store(Launcher.command("gc")).expect(0);
            assertEquals(List.of(), images.containers());
        }
    }
}
