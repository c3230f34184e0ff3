package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The effect of each mount option, seen from inside the container and on the host. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class MountOptionsIT {

    private Path folder;
    private Path volume;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** Makes a shared mount on the host with another mount, {@code sub}, below it. */
    @BeforeEach
    void mountOnHost() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
        volume = Files.createDirectory(folder.resolve("volume"));
        host("mount -t tmpfs volume $0 && mount --make-shared $0 && mkdir $0/sub $0/other && mount -t tmpfs sub $0/sub"
                + " && chmod 1777 $0 $0/sub && touch $0/sub/below");
    }

    @AfterEach
    void remove() {
        host("umount -R $0; rm -rf \"$(dirname $0)\" " + Launcher.busybox() + "/made");
    }

    private void host(String script) {
        Launcher.execute(List.of("sh", "-c", script, volume.toString()), "").expect(0);
    }

    private static String sh(String script, String... options) {
        String[] words = java.util.Arrays.copyOf(options, options.length + 4);
        System.arraycopy(new String[] {"--command", "/bin/sh", "-c", script}, 0, words, options.length, 4);
        return Launcher.run(words).expect(0).out();
    }

    @Test
    void read_only_applies_to_the_mounts_below_too() {
        String write = "touch /made/x /made/sub/x 2>&1 | grep -c 'Read-only file system'; ls /made/sub";
        assertEquals("2\nbelow\n", sh(write, "--volume", volume + ":/made:ro"));
        assertEquals("2\nbelow\n", sh(write, "--volume", volume + ":/made:rro"));
        assertEquals(
                "2\n",
                sh(write, "--mount", "type=bind,source=" + volume + ",target=/made,bind,ro"),
                "bind brings no mount below along");
        assertFalse(Files.exists(volume.resolve("sub/x")));
        sh("touch /made/sub/written", "--volume", volume + ":/made");
        assertTrue(Files.exists(volume.resolve("sub/written")), "without the option, the mount below is writable");
    }

    @Test
    void a_mount_of_the_container_stays_in_it_unless_the_volume_is_shared() {
        String mount = "mount -t tmpfs inside /made/other && touch /made/other/file";
        for (String propagation : List.of("", ":private", ":slave", ":rprivate", ":rslave")) {
            sh(mount, "--cap-add", "sys_admin", "--volume", volume + ":/made" + propagation);
            assertFalse(Host.read("/proc/self/mountinfo").contains(volume + "/other"), propagation);
        }
        sh(mount, "--cap-add", "sys_admin", "--volume", volume + ":/made:rshared");
        assertTrue(Files.exists(volume.resolve("other/file")), "a shared mount propagates to the host");
    }

    @Test
    void a_mount_of_the_host_comes_in_when_the_volume_is_a_slave_or_shared() throws IOException {
        for (String propagation : List.of("private", "slave", "rslave", "rshared")) {
            Process run = Launcher.start(
                    "--volume",
                    volume + ":/made:" + propagation,
                    "--command",
                    "/bin/sh",
                    "-c",
                    "echo ready; read go; grep -c ' /made/other ' /proc/self/mounts");
            var out = run.inputReader();
            assertEquals("ready", out.readLine());
            host("mount -t tmpfs late $0/other");
            run.outputWriter().append("go\n").flush();
            assertEquals(propagation.equals("private") ? "0" : "1", out.readLine(), propagation);
            host("umount $0/other");
        }
    }

    @Test
    void a_tmpfs_can_start_with_what_it_covers() throws IOException {
        Path rootfs = Files.createDirectories(Launcher.busybox().resolve("made/dir"));
        Files.writeString(rootfs.resolve("file"), "of the image\n");
        Files.createSymbolicLink(rootfs.resolve("link"), Path.of("file"));
        host("chown 12:34 " + rootfs + "/file; chmod 4751 " + rootfs + "/file; mkdir -m 711 " + rootfs + "/deep");
        assertEquals("of the image\n12:34 4751\nfile\n711\n", sh("""
                cat /made/dir/link; stat -c '%u:%g %a' /made/dir/file; readlink /made/dir/link; stat -c %a /made/dir/deep
                echo changed > /made/dir/file; rm /made/dir/link
                """, "--tmpfs", "/made/dir:tmpcopyup"));
        assertEquals("of the image\n", Files.readString(rootfs.resolve("link")), "the image is as it was");
        assertEquals("", sh("ls /made/dir", "--tmpfs", "/made/dir"));
        assertEquals(
                "of the image\n",
                sh("cat /made/dir/file; ! touch /made/dir/x 2>/dev/null", "--tmpfs", "/made/dir:tmpcopyup,ro"));
    }

    @Test
    void nosuid_and_noexec_take_rights_from_programs() throws IOException {
        Path program = volume.resolve("attempts");
        Files.copy(Attempts.program(), program);
        host("chmod 4755 " + program);
        assertEquals("0", euid("--new-privileges", "--volume", volume + ":/made"));
        assertEquals("1000", euid("--new-privileges", "--volume", volume + ":/made:nosuid"));
        assertEquals("1000", euid("--volume", volume + ":/made"), "no_new_privs does the same by itself");
        assertTrue(Launcher.run("--volume", volume + ":/made:noexec", "--command", "/made/attempts", "me")
                .expect(126)
                .errorLine()
                .contains("/made/attempts is not executable"));
        assertEquals(
                "nodev",
                sh(
                                "mknod /made/zero c 1 5; head -c 1 /made/zero 2>/dev/null || echo nodev",
                                "--volume",
                                volume + ":/made:nodev")
                        .strip());
    }

    private static String euid(String... options) {
        String[] words = java.util.Arrays.copyOf(options, options.length + 5);
        System.arraycopy(
                new String[] {"--user", "1000", "--command", "/made/attempts", "me"}, 0, words, options.length, 5);
        return Attempts.results(Launcher.run(words).expect(0).out()).get("euid");
    }

    @Test
    void a_device_is_the_hosts_and_only_those_named_work() {
        assertEquals(
                "1:5\n4\n",
                sh("stat -c %t:%T /dev/mine; head -c 4 /dev/mine | wc -c", "--device", "/dev/zero:/dev/mine"));
        // The number of /dev/fuse: a container may not open a device that it was not given.
        assertEquals("1\n", sh("mknod /made c 10 229; head -c 1 /made 2>&1 | grep -c 'ermi'"));
        assertTrue(Launcher.run("--device", "/etc/passwd", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("device /etc/passwd is not a device"));
        assertTrue(Launcher.run("--device", "/dev/nosuch", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("device /dev/nosuch cannot be used"));
    }

    @Test
    void an_id_mapped_volume_shows_the_hosts_root_as_the_containers() throws IOException {
        String[] mapped = {"--uidmap", "0:100000:65536", "--volume", volume + ":/made:idmap"};
        assertEquals("0\n", sh("stat -c %u /made/other; touch /made/new", mapped));
        assertEquals(0, Files.getAttribute(volume.resolve("new"), "unix:uid"), "the same on the host");
        assertEquals(
                "65534\n", sh("stat -c %u /made/other", "--uidmap", "0:100000:65536", "--volume", volume + ":/made"));
    }

    @Test
    void C8_idmap_is_of_the_top_mount_and_ridmap_of_those_below_too() {
        for (String[] expected : new String[][] {{"idmap", "0\n65534\n"}, {"ridmap", "0\n0\n"}}) {
            String[] options = {"--uidmap", "0:100000:65536", "--volume", volume + ":/made:" + expected[0]};
            assertEquals(expected[1], sh("stat -c %u /made/other /made/sub/below", options), expected[0]);
        }
    }

    @Test
    void C13_an_ephemeral_container_shows_sources_that_its_overlay_lies_over() throws IOException {
        Path program = Launcher.busybox().resolve("bin/busybox");
        for (List<String> root :
                List.of(List.of("/"), List.of(Launcher.busybox().toString(), "--ephemeral"))) {
            Path source = root.size() == 1 ? volume : program.getParent();
            List<String> command = Launcher.command("run", "--rootfs");
            command.addAll(root);
            command.addAll(List.of("-v", source + ":/mnt", "--command", "sh", "-c", "ls /mnt"));
            Launcher.Result result = Launcher.execute(command, "").expect(0);
            assertTrue(result.out().lines().anyMatch(List.of("other", "busybox")::contains), root + result.out());
        }
    }

    @Test
    void an_ephemeral_container_leaves_the_rootfs_as_it_is() throws IOException {
        Path rootfs = Launcher.busybox();
        sh("echo x > /ephemeral && rm /etc/passwd && mkdir -p /made/deep && cat /ephemeral", "--ephemeral");
        assertTrue(Files.exists(rootfs.resolve("etc/passwd")));
        assertFalse(Files.exists(rootfs.resolve("ephemeral")) || Files.exists(rootfs.resolve("made")));
    }

    @Test
    void an_ephemeral_container_that_is_killed_leaves_nothing_either() throws IOException {
        Host.State before = Host.state();
        Process run = Launcher.start(
                "--ephemeral", "--command", "/bin/sh", "-c", "touch /ephemeral; echo ready; exec sleep 4711");
        assertEquals("ready", run.inputReader().readLine());
        Host.signal(run.pid(), "KILL");
        Host.expectEnded("sleep 4711");
        assertFalse(Files.exists(Launcher.busybox().resolve("ephemeral")));
        assertEquals(before, Host.state());
    }

    @Test
    void writes_of_an_ephemeral_container_can_be_limited() {
        String write = "dd if=/dev/zero of=/big bs=1k count=2000 2>&1 | grep -c 'No space left'";
        assertEquals("1\n", sh(write, "--ephemeral=1m"));
        assertEquals(
                "0\n",
                Launcher.run("--ephemeral=4m", "--command", "/bin/sh", "-c", write)
                        .expect(1)
                        .out());
        assertTrue(Launcher.run("--ephemeral=lots", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--ephemeral \"lots\" is not a size such as 64m"));
    }

    @Test
    void the_hosts_own_tree_can_be_the_rootfs_and_stays_as_it_is() {
        // The file is in the root file system itself: mounts below it, as /tmp may be, are not included.
        Path file = Path.of("/var/rustyrun-of-the-host");
        Launcher.Result result = Launcher.rustyrun(
                        "run",
                        "--rootfs",
                        "/",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "touch " + file + " && rm -rf /etc/passwd && ls /proc | grep -c '^[0-9]' && hostname")
                .expect(0);
        assertTrue(result.out().matches("[1-5]\nrustyrun-container\n"), result.out());
        assertFalse(Files.exists(file));
        assertTrue(Files.exists(Path.of("/etc/passwd")));
    }
}
