package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container's access to devices, the place of its device files, and masked and read-only paths. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class DevicesIT {

    /** How long paths are swapped while containers are started. */
    private static final Duration RACE = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void S13_the_hosts_console_cannot_be_opened() {
        Launcher.Result result = Launcher.sh("mknod /tmp/console c 5 1; head -c 1 /tmp/console; echo read=$?;"
                + " echo x > /tmp/console; echo wrote=$?; mknod /tmp/zero c 1 5; head -c 1 /tmp/zero | wc -c;"
                + " rm /tmp/console /tmp/zero");
        assertEquals("read=1\nwrote=1\n1\n", result.expect(0).out());
        assertTrue(result.err().contains("Operation not permitted"), result.err());
        assertTrue(
                Launcher.run("-t", "--command", "test", "-c", "/dev/console").exitCode() == 0,
                "its own console exists");
    }

    private void expectEmpty(Path directory) throws IOException {
        try (var names = Files.list(directory)) {
            assertEquals(List.of(), names.toList());
        }
    }

    @Test
    void S14_nothing_is_made_in_a_directory_of_the_hosts_that_is_shown_as_dev() throws IOException {
        for (String target : List.of("/dev", "/dev/", "/./dev", "//dev", "/tmp/../dev")) {
            Launcher.run("--volume", folder + ":" + target, "--command", "/bin/true")
                    .expect(0);
            Launcher.run("--mount", "type=bind,source=" + folder + ",target=" + target, "--command", "/bin/true")
                    .expect(0);
            expectEmpty(folder);
        }
        Path link =
                Launcher.busybox().resolve("linked-" + ProcessHandle.current().pid());
        Files.createSymbolicLink(link, Path.of("/dev"));
        try {
            Launcher.run("--volume", folder + ":/" + link.getFileName(), "--command", "/bin/true")
                    .expect(0);
        } finally {
            Files.delete(link);
        }
        expectEmpty(folder);
        Launcher.run("-t", "--volume", folder + ":/dev", "--volume", "/dev/pts:/dev/pts", "--command", "/bin/true")
                .expect(0);
        try (var names = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("pts")), names.toList(), "only where the other mount is");
        }
        Files.delete(folder.resolve("pts"));
        String line = Launcher.run(
                        "--volume", folder + ":/data", "--device", "/dev/zero:/data/zero", "--command", "/bin/true")
                .expect(125)
                .errorLine();
        assertTrue(line.contains("/data/zero would be created in a host directory"), line);
        expectEmpty(folder);
    }

    @Test
    void S17_sys_firmware_is_masked_while_sys_is_being_exchanged() throws IOException {
        Path rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox() + "/.", rootfs.toString()), "")
                .expect(0);
        Files.createDirectories(rootfs.resolve("sys"));
        Files.createDirectories(rootfs.resolve("other"));
        Path link = Files.createSymbolicLink(rootfs.resolve("link"), Path.of("other"));
        Process swapper = Attempts.swap(rootfs.resolve("sys"), link);
        int started = 0;
        try {
            Instant end = Instant.now().plus(RACE);
            while (Instant.now().isBefore(end) || started == 0 && Instant.now().isBefore(end.plusSeconds(30))) {
                Launcher.Result result = Launcher.rustyrun(
                        "run",
                        "--rootfs",
                        rootfs.toString(),
                        "--command",
                        "/bin/sh",
                        "-c",
                        "echo in; ls /sys/firmware /link/firmware /other/firmware 2>/dev/null | grep -v :; true");
                if (result.exitCode() == 125) {
                    result.errorLine();
                } else {
                    assertEquals("in\n", result.expect(0).out().replaceAll("\n+", "\n"), "masked");
                    started++;
                }
            }
        } finally {
            swapper.destroyForcibly().onExit().join();
        }
        assertTrue(started > 0, "some have started");
    }

    @Test
    void S18_the_hosts_root_is_refused_whatever_it_is_called() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/"));
        // Not the root of PID 1: on some machines even root may not read it.
        String another = "/proc/" + ProcessHandle.current().pid() + "/root/";
        for (String root :
                List.of("/", "/srv/..", "//", "/.", "/proc/self/root", another, link.toString(), link + "/.")) {
            try (OciBundle bundle = new OciBundle("/bin/true")) {
                bundle.edit(config -> ((ObjectNode) config.get("root")).put("path", root));
                String line = bundle.rustyrun(
                                "run", "--bundle", bundle.directory().toString(), "box")
                        .expect(1)
                        .errorLine();
                assertTrue(line.contains("is the host's own root: add --ephemeral to leave it unchanged"), line);
            }
            // The command line accepts the root only as "/", and does not change the directory.
            if (!root.equals("/")) {
                String line = Launcher.rustyrun("run", "--rootfs", root, "--command", "/bin/true")
                        .expect(125)
                        .errorLine();
                assertTrue(line.contains("is the host's own root"), line);
            }
        }
    }

    @Test
    void S24_a_read_only_path_that_is_the_root_makes_the_root_read_only() throws IOException {
        Path rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox() + "/.", rootfs.toString()), "")
                .expect(0);
        Files.createSymbolicLink(rootfs.resolve("top"), Path.of("/"));
        for (String path : List.of("/", "/.", "//", "/tmp/..", "/top")) {
            try (OciBundle bundle =
                    new OciBundle("/bin/sh", "-c", "echo x > /made-by-S24; touch /dev/made && echo dev")) {
                bundle.edit(config -> {
                    ((ObjectNode) config.get("root")).put("path", rootfs.toString());
                    ((ArrayNode) config.get("linux").get("readonlyPaths")).add(path);
                });
                Launcher.Result result =
                        bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
                assertEquals("dev\n", result.out(), result.err());
                assertTrue(result.err().contains("Read-only file system"), path + ": " + result.err());
            }
        }
        for (String path : List.of("/", "/.", "/top")) {
            try (OciBundle bundle = new OciBundle("/bin/true")) {
                bundle.edit(config -> {
                    ((ObjectNode) config.get("root")).put("path", rootfs.toString());
                    ((ArrayNode) config.get("linux").get("maskedPaths")).add(path);
                });
                String line = bundle.rustyrun(
                                "run", "--bundle", bundle.directory().toString(), "box")
                        .expect(1)
                        .errorLine();
                assertTrue(line.contains("which cannot be masked"), line);
            }
        }
    }

    @Test
    void without_a_null_device_on_the_host_a_file_is_not_left_unmasked() {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/urandom c 1 9 && exec \"$0\" \"$@\""));
        command.addAll(Launcher.runCommand("--command", "head", "-c", "1", "/proc/interrupts"));
        Launcher.Result result = Launcher.execute(command, "").expect(125);
        assertEquals("", result.out());
        assertTrue(result.errorLine().contains("mask /proc/interrupts: open(\"/dev/null\"): ENOENT"), result.err());
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void in_a_user_namespace_a_device_is_the_one_that_was_named() throws IOException {
        for (String path : List.of("/dev/kmsg", "/dev/other")) {
            assertEquals(
                    "1:5\n3\n",
                    Launcher.run(
                                    "--userns",
                                    "auto",
                                    "--device",
                                    "/dev/zero:" + path,
                                    "--command",
                                    "sh",
                                    "-c",
                                    "stat -c %t:%T " + path + "; head -c 3 " + path + " | wc -c")
                            .expect(0)
                            .out());
        }
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(config -> {
                OciBundle.addUserNamespace(config, 300_000);
                ((ObjectNode) config.get("linux"))
                        .putArray("devices")
                        .addObject()
                        .put("path", "/dev/zero")
                        .put("type", "c")
                        .put("major", 1)
                        .put("minor", 11);
            });
            String line = bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                    .expect(1)
                    .errorLine();
            assertTrue(line.contains("the host's /dev/zero is not the device 1:11"), line);
        }
    }
}
