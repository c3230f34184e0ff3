package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code --volume}, {@code --mount} and {@code --tmpfs}, and a root that pivot_root(2) cannot replace. Needs root. */
class MountsIT {

    private Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
        Files.writeString(folder.resolve("file"), "of the host\n");
    }

    @AfterEach
    void removeFolder() {
        Launcher.execute(
                        List.of(
                                "rm",
                                "-rf",
                                folder.toString(),
                                Launcher.busybox().resolve("made").toString()),
                        "")
                .expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_volume_is_the_hosts_directory() throws IOException {
        Launcher.Result result = Launcher.run(
                        "--volume",
                        folder + ":/made/deep",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cat /made/deep/file; echo written > /made/deep/new")
                .expect(0);
        assertEquals("of the host\n", result.out());
        assertEquals("written\n", Files.readString(folder.resolve("new")));
        try (var inRootfs = Files.list(Launcher.busybox().resolve("made/deep"))) {
            assertEquals(0, inRootfs.count(), "only the mount point was made in the rootfs");
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_read_only_volume_refuses_writes() {
        Launcher.Result result = Launcher.run("-v", folder + ":/made:ro", "--command", "/bin/touch", "/made/x")
                .expect(1);
        assertTrue(result.err().contains("Read-only file system"), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_single_file_can_be_a_volume() {
        assertEquals(
                "of the host\n",
                Launcher.run("-v", folder.resolve("file") + ":/made/one", "--command", "cat", "/made/one")
                        .expect(0)
                        .out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_mount_in_long_form_is_the_same() {
        Launcher.run(
                        "--mount",
                        "type=bind,source=" + folder + ",target=/made,ro",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cat /made/file && ! touch /made/x 2>/dev/null")
                .expect(0);
        Launcher.run(
                        "--mount",
                        "type=tmpfs,target=/made/t",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "grep -q 'tmpfs /made/t tmpfs' /proc/mounts && touch /made/t/x")
                .expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_tmpfs_takes_options_and_leaves_nothing() throws IOException {
        String out = Launcher.run(
                        "--tmpfs",
                        "/made:size=64k,mode=700",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "grep ' /made ' /proc/mounts; touch /made/x")
                .expect(0)
                .out();
        assertTrue(out.contains("size=64k") && out.contains("mode=700"), out);
        try (var left = Files.list(Launcher.busybox().resolve("made"))) {
            assertEquals(0, left.count());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_target_behind_a_link_inside_the_rootfs_is_found() throws IOException {
        Path made = Files.createDirectories(Launcher.busybox().resolve("made/real"));
        Files.createSymbolicLink(made.resolveSibling("link"), Path.of("/made/real"));
        Launcher.run("-v", folder + ":/made/link", "--command", "/bin/cat", "/made/real/file")
                .expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void mounted_cgroups_show_the_containers_own_as_the_root() {
        Launcher.Result result = Launcher.run(
                        "--mount",
                        "type=cgroup,target=/sys/fs/cgroup,ro",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "find /sys/fs/cgroup -name cgroup.procs | grep -v /unified/ | head -n 1 | xargs cat; "
                                + "find /sys/fs/cgroup -type d -name process_api; mkdir /sys/fs/cgroup/x; echo $?")
                .expect(0);
        List<String> lines = result.out().lines().toList();
        assertEquals("1", lines.get(0), "only the container's processes are in its root: " + result.out());
        assertEquals("1", lines.get(lines.size() - 1), "read-only");
        assertTrue(result.err().contains("Read-only file system"), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void without_a_cgroup_namespace_only_its_own_cgroup_is_shown() {
        String out = Launcher.run(
                        "--cgroupns",
                        "host",
                        "--mount",
                        "type=cgroup,target=/sys/fs/cgroup",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "cat $(find /sys/fs/cgroup -name cgroup.procs)")
                .expect(0)
                .out();
        assertTrue(out.lines().toList().contains("1"), out);
        assertTrue(out.lines().noneMatch("0"::equals), "no process of the host's is listed: " + out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_mount_of_the_container_does_not_show_on_the_host() {
        Host.State before = Host.state();
        Launcher.run("-v", folder + ":/made", "--command", "/bin/cat", "/made/file")
                .expect(0);
        assertEquals(before, Host.state());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void in_a_chroot_that_is_not_a_mount_point_the_error_gives_advice() {
        Launcher.Result result =
                Launcher.execute(inChroot("", "--command", "/bin/true"), "").expect(125);
        assertTrue(result.errorLine().contains("bind it to itself first"), result.err());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_chroot_that_is_a_mount_point_is_pivoted_from_like_any_root() {
        Launcher.Result result = Launcher.execute(
                        inChroot(
                                "mount --rbind . . && cd .",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "ls -d /.rustyrun-complete; wc -l < /proc/self/mountinfo"),
                        "")
                .expect(0);
        String[] lines = result.out().split("\n");
        assertEquals("/.rustyrun-complete", lines[0]);
        assertTrue(Integer.parseInt(lines[1]) < 30, "only the container's mounts: " + lines[1]);
    }

    /** Runs in a chroot: a directory of a tmpfs in which the host's directories are mounted. */
    private List<String> inChroot(String preparation, String... options) {
        String script = """
                mount -t tmpfs tmpfs "$0" && mkdir "$0/root" && cd "$0/root"
                for d in /*; do
                    if [ -L "$d" ]; then ln -s "$(readlink "$d")" ".$d"
                    elif [ -d "$d" ]; then mkdir ".$d" && mount --rbind "$d" ".$d"
                    fi
                done
                %s
                exec chroot "$0/root" "$@"
                """.formatted(preparation);
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, folder.toString()));
        command.addAll(Launcher.runCommand(options));
        return command;
    }
}
