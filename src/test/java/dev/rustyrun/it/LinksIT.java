package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The targets of mounts and the working directory when the rootfs has links and directories of its own there. Needs
 * root.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class LinksIT {

    @TempDir
    Path folder;

    private Path rootfs;

    @BeforeEach
    void copy() {
        Launcher.requireRoot();
        rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
    }

    private Launcher.Result run(String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--rootfs", rootfs.toString()));
        all.addAll(List.of(words));
        return Launcher.rustyrun(all.toArray(String[]::new));
    }

    private void link(String path, String target) throws IOException {
        Path link = rootfs.resolve(path);
        Files.deleteIfExists(link);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    @Test
    void C3_the_target_of_a_link_is_made_inside() throws IOException {
        Path file = Files.writeString(folder.resolve("resolv"), "of the host");
        link("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
        assertEquals(
                "of the host",
                run("-v", file + ":/etc/resolv.conf", "--command", "cat", "/etc/resolv.conf")
                        .expect(0)
                        .out());
        assertTrue(Files.exists(rootfs.resolve("run/systemd/resolve/stub-resolv.conf")));
        link("var/log", "/data/logs");
        link("var/l", "../../../real");
        link("var/loop", "loop");
        String mounts = run("--tmpfs", "/var/log", "--tmpfs", "/var/l/below", "--command", "cat", "/proc/mounts")
                .expect(0)
                .out();
        assertTrue(mounts.contains(" /data/logs tmpfs ") && mounts.contains(" /real/below tmpfs "), mounts);
        assertEquals(
                "/real/work\n",
                run("-w", "/var/l/work", "--command", "pwd").expect(0).out());
        assertEquals("/\n", run("-w", "/..", "--command", "pwd").expect(0).out());
        assertTrue(run("--tmpfs", "/var/loop/x", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("ELOOP"));
    }

    @Test
    void C23_nothing_covers_the_rootfs_itself() throws IOException {
        link("root-link", "/");
        link("up", "../../..");
        for (String target : List.of("/var/..", "/root-link", "/up", "/data/../.")) {
            for (String[] mount : new String[][] {{"-v", "/etc:" + target}, {"--tmpfs", target}}) {
                String line =
                        run(mount[0], mount[1], "--command", "true").expect(125).errorLine();
                assertTrue(line.contains("is the rootfs itself"), line);
            }
        }
    }

    @Test
    void C29_the_error_names_the_obstacle() {
        String directory =
                run("-v", "/etc:/etc/passwd", "--command", "true").expect(125).errorLine();
        assertTrue(directory.contains("/etc/passwd is a file in the container"), directory);
        String file =
                run("-v", "/etc/passwd:/etc", "--command", "true").expect(125).errorLine();
        assertTrue(file.contains("/etc is a directory in the container"), file);
        String below = run("-v", "/etc/passwd:/etc/passwd/x", "--command", "true")
                .expect(125)
                .errorLine();
        assertTrue(below.contains("is below a file in the container that is not a directory"), below);
    }

    @Test
    void C5_a_tmpfs_has_the_mode_of_the_directory_that_it_covers() throws IOException {
        Launcher.execute(
                        List.of(
                                "install",
                                "-d",
                                "-m",
                                "2750",
                                rootfs.resolve("kept").toString()),
                        "")
                .expect(0);
        String look = "stat -c %a /kept /new /given";
        // The second launch must give the same result although the first one has made directories.
        for (int launch = 0; launch < 2; launch++) {
            assertEquals(
                    "2750\n1777\n700\n",
                    run(
                                    "--tmpfs",
                                    "/kept",
                                    "--tmpfs",
                                    "/new",
                                    "--tmpfs",
                                    "/given:mode=700",
                                    "--command",
                                    "sh",
                                    "-c",
                                    look)
                            .expect(0)
                            .out());
        }
    }

    @Test
    void C7_an_exec_makes_no_working_directory() throws IOException {
        String name = "it-cwd-" + ProcessHandle.current().pid();
        Process container = new ProcessBuilder(Launcher.command(
                        "run", "--name", name, "--rootfs", rootfs.toString(), "--command", "sh", "-c", "echo up; cat"))
                .start();
        try {
            assertEquals("up", container.inputReader().readLine());
            String line = Launcher.rustyrun("exec", "--cwd", "/nosuch", name, "/bin/pwd")
                    .errorLine();
            assertTrue(line.contains("/nosuch") && line.contains("ENOENT"), line);
            assertFalse(Files.exists(rootfs.resolve("nosuch")));
            assertEquals(
                    "/etc\n",
                    Launcher.rustyrun("exec", "--cwd", "/etc", name, "/bin/pwd")
                            .expect(0)
                            .out());
        } finally {
            container.getOutputStream().close();
            container.onExit().join();
        }
    }
}
