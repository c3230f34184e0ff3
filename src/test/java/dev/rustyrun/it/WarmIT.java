package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warm launches: the service builds containers ahead of requests, like the previous ones. Needs root. */
class WarmIT {

    /** This class uses its own root file system, because it changes it. */
    private static final String NAME = "warm-it";

    @TempDir
    Path folder;

    private final Path rootfs = Launcher.busybox().resolveSibling(NAME);

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void copyRootfs() {
        remove();
        host("cp -a " + Launcher.busybox() + " " + rootfs + "; echo first > " + rootfs + "/marker")
                .expect(0);
    }

    @AfterEach
    void remove() {
        host("rm -rf " + rootfs + " " + rootfs + "-old").expect(0);
    }

    private static Launcher.Result host(String script) {
        return Launcher.execute(List.of("sh", "-c", script), "");
    }

    private Server start(int warm) throws IOException {
        return Server.startBy(
                List.of("env", "RUSTYRUN_MOUNTS_DATA=" + folder.resolve("data"), "RUSTYRUN_WARM=" + warm),
                "--data-folder",
                folder.resolve("store").toString());
    }

    private static String run(Server server, String script, String... fields) throws IOException, InterruptedException {
        String more = fields.length == 0 ? "" : ", " + String.join(", ", fields);
        HttpResponse<String> answer = server.post(
                "/v1/run",
                "{\"rootfs\": \"" + NAME + "\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]" + more + "}");
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    /** Launches twice, and waits until a launch of the same kind is ready in its root file system. */
    private void learn(Server server, String... fields) throws IOException, InterruptedException {
        run(server, "true", fields);
        run(server, "true", fields);
        Host.eventually("a warm launch is ready in its rootfs", () -> !waiting().isEmpty(), Host::processes);
    }

    /** The answer of a warm launch: a process that has its root may be that of the launch before, which is about to end. */
    private String runWarm(Server server, String script, String... fields) {
        String[] answer = {""};
        Host.eventually(
                "a launch is warm",
                () -> {
                    answer[0] = Server.quietly(() -> run(server, script, fields));
                    return answer[0].contains("\"warm\":true");
                },
                () -> answer[0]);
        return answer[0];
    }

    /**
     * The processes whose root is the root file system. Natively, the stages of a service cannot be found by their
     * names.
     */
    private static List<Long> waiting() {
        return Host.processes().keySet().stream()
                .filter(pid -> Files.exists(Path.of("/proc/" + pid + "/root/marker")))
                .toList();
    }

    private static void expectCold(String answer) {
        assertTrue(answer.contains("\"warm\":false"), answer);
    }

    private static void expectOutput(String text, String answer) {
        assertTrue(answer.contains("\"text\":\"" + text + "\""), answer);
    }

    @Test
    void a_repeated_launch_waits_in_its_container_and_does_what_a_cold_one_does() throws Exception {
        // Without process ids: a JVM's threads have ids too, and their number varies.
        String script =
                "id; hostname; cat /proc/self/mountinfo | cut -d ' ' -f 4-6 | sort; ulimit -a; pwd; stat -c '%A %u %g %t %T %N' /dev/*;"
                        + " grep -E 'Seccomp|Cap|NoNew|Groups' /proc/self/status; ls /proc/self/fd; cat /marker; env | sort; ps -o user,args;"
                        + " cat /sys/class/net/lo/operstate; umask; echo hello > /warm-made; cat /warm-made; touch /proc/sys/kernel/hostname";
        try (Server warm = start(1);
                Server cold = Server.start("--warm", "0", "--data-folder", folder + "/cold")) {
            learn(warm);
            String own = "\"env\": {\"OWN\": \"1\"}, \"user\": \"5:6\", \"memory\": \"64m\"";
            String answer = runWarm(warm, script, own);
            assertEquals(stdout(run(cold, script, own)), stdout(answer));
        }
        assertFalse(Files.exists(rootfs.resolve("warm-made")), "the rootfs must not change");
        Host.expectNothingLeft("never-started");
    }

    private static String stdout(String body) {
        return body.replaceFirst(".*\"stdout\":(\\{.*?}),\"stderr.*", "$1");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_rootfs_that_has_been_replaced_is_not_shown() throws Exception {
        try (Server server = start(1)) {
            learn(server);
            host("cp -a " + rootfs + " " + rootfs + "-old; echo second > " + rootfs + "-old/marker; mv " + rootfs + " "
                            + rootfs + "-new; mv " + rootfs + "-old " + rootfs + "; rm -rf " + rootfs + "-new")
                    .expect(0);
            expectOutput("second\\n", run(server, "cat /marker"));
            learn(server);
            expectOutput("second\\n", runWarm(server, "cat /marker"));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_mounted_folder_that_has_been_replaced_or_covered_is_shown_as_it_is() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("file"), "first\n");
        String mounts = "\"mounts\": [{\"source\": \"data\", \"target\": \"/data\"}]";
        try (Server server = start(1)) {
            learn(server, mounts);
            Files.move(data, folder.resolve("away"));
            Files.createDirectory(data);
            Files.writeString(data.resolve("file"), "second\n");
            expectOutput("second\\n", run(server, "cat /data/file", mounts));
            learn(server, mounts);
            host("mount -t tmpfs tmpfs " + data + " && echo third > " + data + "/file")
                    .expect(0);
            try {
                expectOutput("third\\n", run(server, "cat /data/file", mounts));
            } finally {
                host("umount " + data).expect(0);
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_unmounted_file_system_below_a_mounted_folder_is_not_visible() throws Exception {
        Path below = Files.createDirectories(folder.resolve("data/below"));
        host("mount -t tmpfs tmpfs " + below + " && echo secret > " + below + "/file")
                .expect(0);
        String mounts = "\"mounts\": [{\"source\": \"data\", \"target\": \"/data\"}]";
        try (Server server = start(1)) {
            learn(server, mounts);
            host("umount " + below).expect(0);
            for (int i = 0; i < 3; i++) {
                expectOutput("gone\\n", run(server, "cat /data/below/file || echo gone", mounts));
            }
        } finally {
            host("umount " + below);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void changes_of_others_to_a_shared_folder_move_no_mount_and_no_working_directory() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Path memory = data.resolve("memory");
        host("mkdir -m 777 " + memory + " " + data + "/a " + data + "/b; ln -s a " + data + "/link")
                .expect(0);
        String fields = "\"mounts\": [{\"source\": \"data\", \"target\": \"/data\"}], \"tmpfs\": [\"/data/memory\"],"
                + " \"workdir\": \"/data/link\"";
        String script = "pwd -P; ls /data/memory; echo secret > /data/memory/own";
        try (Server server = start(1)) {
            learn(server, fields);
            host("rmdir " + memory + "; mkdir -m 777 " + memory + "; touch " + memory + "/planted")
                    .expect(0);
            expectOutput("/data/a\\n", run(server, script, fields));
            learn(server, fields);
            host("mv " + memory + " " + memory + "-old; mkdir -m 777 " + memory).expect(0);
            expectOutput("/data/a\\n", run(server, script, fields));
            learn(server, fields);
            host("ln -sfn b " + data + "/link").expect(0);
            expectOutput("/data/b\\n", run(server, script, fields));
            expectOutput("/data/b\\n", runWarm(server, script, fields));
        }
        assertFalse(Files.exists(memory.resolve("own")), "a file of the tmpfs must not be in the shared folder");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void limits_are_those_of_the_request_and_small_limits_lead_to_a_cold_launch() throws Exception {
        String fill = "dd if=/dev/zero of=/dev/shm/x bs=1M count=60";
        try (Server server = start(1)) {
            learn(server, "\"memory\": \"256m\"");
            String limited = runWarm(server, fill, "\"memory\": \"40m\"");
            assertTrue(limited.contains("\"reason\":\"oom\""), limited);
            learn(server, "\"memory\": \"256m\"");
            String small = run(server, fill, "\"memory\": \"8m\"");
            expectCold(small);
            assertTrue(small.contains("\"reason\":\"oom\""), small);
            String few = run(server, "for i in 1 2 3 4 5 6; do sleep 1 & done; wait", "\"pids\": 4");
            assertTrue(few.contains("an\\u0027t fork") || few.contains("an't fork"), few);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void no_data_of_a_caller_waits() throws Exception {
        try (Server server = start(1)) {
            learn(server, "\"env\": {\"SECRET\": \"hidden-value\"}");
            host("grep -r hidden- " + folder + " /run").expect(1);
            for (long pid : waiting()) {
                assertFalse(Host.read("/proc/" + pid + "/environ").contains("hidden-"));
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void two_repeated_kinds_wait_together_and_single_launches_do_not() throws Exception {
        String other = "\"workdir\": \"/tmp\"";
        try (Server server = start(2)) {
            run(server, "true", other);
            run(server, "true", other);
            for (int i = 0; i < 3; i++) {
                run(server, "true", "\"workdir\": \"/once" + i + "\"");
            }
            learn(server);
            Host.eventually(
                    "both are warm",
                    () -> Server.quietly(() -> {
                        String first = run(server, "pwd");
                        String second = run(server, "pwd", other);
                        expectOutput("/\\n", first);
                        expectOutput("/tmp\\n", second);
                        return first.contains("\"warm\":true") && second.contains("\"warm\":true");
                    }));
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_killed_warm_launch_is_replaced() throws Exception {
        try (Server server = start(1)) {
            learn(server);
            waiting().forEach(pid -> Host.signal(pid, "KILL"));
            expectOutput("first\\n", run(server, "cat /marker"));
            learn(server);
            runWarm(server, "true");
        }
        Host.expectNothingLeft("never-started");
    }
}
