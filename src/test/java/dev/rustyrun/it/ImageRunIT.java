package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Containers from images. The test mounts its own image store in the place of the machine's. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImageRunIT {

    private static final String USER = "65534";
    private static MountedStore mounted;

    @BeforeAll
    static void makeImages() throws IOException {
        Launcher.requireRoot();
        mounted = new MountedStore();
        fill(mounted.store);
    }

    private static void fill(Path place) throws IOException {
        TestImages images = new TestImages(place);
        byte[] base = mounted.tar(
                "cp -a " + Launcher.busybox() + "/. .; mkdir -p dir gone/deep op; echo a > dir/a; echo b > dir/b;"
                        + " echo low > op/low; echo x > gone/deep/x; cp bin/busybox bin/suid; chmod 4755 bin/suid;"
                        + " printf 'root:x:0:0::/root:/bin/sh\\napp:x:1000:1000::/home/app:/bin/sh\\n' > etc/passwd");
        byte[] changes = mounted.tar("mkdir dir op; touch dir/.wh.a .wh.gone op/.wh..wh..opq; echo up > op/up;"
                + " mkdir etc; ln -s ../run/there/stub etc/resolv.conf");
        images.add("base", "{\"Cmd\": [\"sh\", \"-c\", \"echo default\"]}", List.of(base));
        images.add(
                "app",
                "{\"Entrypoint\": [\"/bin/echo\", \"entry\"], \"Cmd\": [\"word\"], \"User\": \"app\", \"WorkingDir\":"
                        + " \"/work/dir\", \"Env\": [\"FOO=bar\", \"PATH=/bin\"], \"StopSignal\": \"SIGUSR1\", \"Labels\":"
                        + " {\"a\": \"b\", \"dev.rustyrun.ephemeral\": \"x\"}, \"Volumes\": {\"/dir\": {}}}",
                List.of(base, changes));
        List<byte[]> many = new ArrayList<>(List.of(base));
        for (int i = 1; i < 200; i++) {
            many.add(new Tar().file("top", i + "\n").file("only" + i, i + "\n").bytes());
        }
        images.add("many", "{}", many);
        byte[] data =
                mounted.tar("mkdir data; echo file > data/f; ln -s f data/link; chown -R 7:8 data; chmod 750 data;"
                        + " chmod 640 data/f; touch -d @1000000002 data/f; touch -d @1000000001 data");
        images.add(
                "volumes",
                "{\"Volumes\": {\"/data/\": {}, \"/missing\": {}, \"/proc\": {}, \"relative\": {}}}",
                List.of(base, data));
        images.add(
                "kinds",
                "{\"Volumes\": {\"/vol\": {}}}",
                List.of(
                        base,
                        mounted.tar("mkdir vol; echo x > vol/a; ln vol/a vol/b; mkfifo -m 640 vol/fifo;"
                                + " truncate -s 30M vol/holes; ln -s a vol/link")));
    }

    @AfterAll
    static void removeImages() {
        if (mounted != null) {
            mounted.close();
        }
    }

    @Test
    void it_runs_the_images_command_as_its_user_in_its_directory() {
        assertEquals("default\n", mounted.out("run", "base"));
        assertEquals("entry word\n", mounted.out("run", "app"));
        assertEquals("entry mine\n", mounted.out("run", "app", "mine"));
        assertEquals(
                "1000\n/work/dir\nbar\n/bin\n/home/app\n",
                mounted.out("run", "--entrypoint", "sh", "app", "-c", "id -u; pwd; echo $FOO; echo $PATH; echo $HOME"));
        assertEquals(
                "0\n/\n1\n",
                mounted.out(
                        "run",
                        "-u",
                        "0",
                        "-w",
                        "/",
                        "-e",
                        "FOO=1",
                        "--entrypoint",
                        "",
                        "app",
                        "sh",
                        "-c",
                        "id -u; pwd; echo $FOO"));
    }

    @Test
    void a_missing_command_and_a_missing_image_are_reported_in_one_line() {
        assertTrue(mounted.rustyrun("run", "many").expect(125).errorLine().contains("has no command"));
        assertTrue(mounted.rustyrun("run", "--pull", "never", "nothing")
                .expect(125)
                .errorLine()
                .contains("image nothing is not in the store: run rustyrun pull nothing"));
        assertTrue(mounted.rustyrun("run", "--pull", "never", "-u", "nobody", "base")
                .expect(125)
                .errorLine()
                .contains("unknown user"));
        String line = mounted.rustyrun("inspect", "base").expect(125).errorLine();
        assertEquals(
                "rustyrun: container base does not exist, but an image of this name does: rustyrun image inspect base\n",
                line);
    }

    @Test
    void whiteouts_hide_what_lower_layers_have() {
        assertEquals(
                "b\nup\nno gone\n",
                mounted.out(
                        "run",
                        "--entrypoint",
                        "sh",
                        "app",
                        "-c",
                        "ls /dir /op | grep -v : | grep .; ls /gone 2>/dev/null || echo no gone"));
        assertEquals("a\nb\nlow\n", mounted.out("run", "base", "sh", "-c", "ls /dir; ls /op"));
    }

    @Test
    void each_container_has_volumes_of_its_own_that_begin_with_the_files_of_the_image() throws IOException {
        String[] run = {
            "run",
            "--keep",
            "--name",
            "volumes",
            "--entrypoint",
            "sh",
            "-u",
            "0",
            "volumes",
            "-c",
            "stat -c '%a %u:%g %Y' /data /data/f; ls -a /data /missing; echo mine > /data/mine; echo x > /missing/x;"
                    + " cat /etc/hosts | grep -c volumes; grep -c ' /data ' /proc/self/mountinfo; cat /data/f"
        };
        assertEquals(
                "750 7:8 1000000001\n640 7:8 1000000002\n/data:\n.\n..\nf\nlink\n\n/missing:\n.\n..\n0\n1\nfile\n",
                mounted.out(run));
        assertEquals("mine\n", mounted.out("cp", "volumes:/data/mine", "-").replaceAll("(?s).*\0(mine\n)\0.*", "$1"));
        Path file = Files.writeString(mounted.folder.resolve("later"), "later");
        mounted.out("cp", file.toString(), "volumes:/data");
        assertTrue(mounted.out("cp", "volumes:/data/later", "-").contains("later"));
        assertFalse(mounted.out("diff", "volumes").contains("mine"));
        Path tar = mounted.folder.resolve("volumes.tar");
        mounted.out("export", "--output", tar.toString(), "volumes");
        String listed = Launcher.execute(List.of("tar", "-tf", tar.toString()), "")
                .expect(0)
                .out();
        assertTrue(listed.contains("data/"), listed);
        assertFalse(listed.contains("data/mine"), listed);
        Path folder = mounted.store.resolve("containers/volumes");
        assertEquals("mine\n", Files.readString(folder.resolve("volume0/mine")));
        mounted.out("rm", "volumes");
        assertFalse(Files.exists(folder));
        run[3] = "again";
        assertTrue(mounted.out(run).contains("f\nlink\n\n/missing:"), "no file of the other container");
        mounted.out("rm", "again");
    }

    @Test
    void another_mount_replaces_a_volume_and_a_volume_is_writable_in_a_read_only_container() {
        String list = "ls /data; touch /data/new && echo written; touch /x 2>/dev/null || echo sealed";
        assertEquals(
                "f\nlink\nwritten\nsealed\n",
                mounted.out("run", "--read-only", "--entrypoint", "sh", "volumes", "-c", list));
        assertEquals(
                "written\nsealed\n",
                mounted.out("run", "--read-only", "--tmpfs", "/data", "--entrypoint", "sh", "volumes", "-c", list));
        assertEquals(
                "f\nlink\nwritten\n", mounted.out("run", "--ephemeral", "--entrypoint", "sh", "volumes", "-c", list));
        String id = mounted.out("run", "-d", "--entrypoint", "sh", "volumes", "-c", "ls /data; sleep 4711")
                .strip();
        Host.eventually("it has listed", () -> mounted.out("logs", id).equals("f\nlink\n"));
        assertEquals("f\nlink\n", mounted.out("exec", id, "ls", "/data"));
        mounted.out("rm", "-f", id);
    }

    @Test
    void a_volume_begins_with_hard_links_fifos_and_holes_too_and_a_layer_keeps_holes() {
        String look =
                "cd /vol; stat -c '%h %F %a' a fifo; [ a -ef b ] && echo same; du -k holes | cut -f 1; stat -c %s holes";
        String expected = "2 regular file 644\n1 fifo 640\nsame\n0\n31457280\n";
        assertEquals(expected, mounted.out("run", "--entrypoint", "sh", "kinds", "-c", look));
        // Without the volume, the container shows the files of the layer.
        assertEquals(expected, mounted.out("run", "--ephemeral", "--entrypoint", "sh", "kinds", "-c", look));
    }

    @Test
    void two_hundred_layers_are_one_tree() {
        assertEquals(
                "199\n100\n199\n", mounted.out("run", "many", "sh", "-c", "cat /top /only100; ls / | grep -c only"));
    }

    @Test
    void a_set_user_id_program_keeps_its_bit_and_other_users_cannot_reach_it() throws IOException {
        assertEquals("4755\n", mounted.out("run", "base", "stat", "-c", "%a", "/bin/suid"));
        for (String name : List.of("layers", "containers")) {
            assertEquals(
                    "rwx------",
                    java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(mounted.store.resolve(name))));
        }
    }

    @Test
    void its_writes_are_discarded_at_its_end() throws IOException {
        assertEquals("", mounted.out("run", "base", "sh", "-c", "echo mine > /dir/a; rm /dir/b"));
        assertEquals("a\nb\n", mounted.out("run", "base", "cat", "/dir/a", "/dir/b"));
        assertFalse(mounted.containers().contains("gone"));
        assertTrue(mounted.out("run", "--name", "gone", "--read-only", "app").contains("entry"));
        assertFalse(mounted.containers().contains("gone"));
        assertEquals(
                "b\n/bin/sh: can't create /x: Read-only file system\n",
                mounted.out(
                        "run",
                        "--read-only",
                        "-u",
                        "0",
                        "--entrypoint",
                        "/bin/sh",
                        "app",
                        "-c",
                        "touch /dir/new && ls /dir | grep b; { echo > /x; } 2>&1 | cat"));
    }

    @Test
    void a_detached_one_has_its_layer_until_it_is_deleted() throws IOException {
        mounted.out("run", "-d", "--name", "kept", "base", "sh", "-c", "echo mine > /dir/a");
        mounted.out("wait", "kept");
        assertTrue(mounted.containers().contains("kept"));
        assertEquals("mine\n", Files.readString(mounted.store.resolve("containers/kept/upper/dir/a")));
        mounted.out("delete", "kept");
        assertFalse(mounted.containers().contains("kept"));
        mounted.out("run", "-d", "--rm", "--name", "brief", "base", "sleep", "0");
        assertEquals("", mounted.rustyrun("wait", "brief").err().replaceAll("(?s).*does not exist.*", ""));
    }

    @Test
    void gc_removes_the_layer_of_a_container_with_killed_processes() throws Exception {
        Process process =
                new ProcessBuilder(mounted.command("run", "--name", "killed", "base", "sleep", "1000")).start();
        Host.eventually(
                "its overlay is mounted",
                () -> Files.exists(mounted.store.resolve("containers/killed/work/work")) || !process.isAlive());
        assertTrue(process.isAlive());
        process.destroyForcibly().waitFor();
        String out = mounted.rustyrun("gc").expect(0).out();
        assertTrue(out.contains("removed layer of container killed"), out);
        assertFalse(mounted.containers().contains("killed"));
    }

    @Test
    void etc_is_made_as_engines_make_it_and_a_link_leads_nowhere_outside() throws IOException {
        Path outside = Path.of("/run/there");
        assertFalse(Files.exists(outside));
        String all = "cat /etc/resolv.conf /etc/hosts /etc/hostname; readlink /etc/resolv.conf";
        assertEquals(
                "nameserver 192.0.2.1\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
                        + "127.0.1.1\tbox\n192.0.2.9\tdb\nbox\n../run/there/stub\n",
                mounted.out(
                        "run",
                        "--dns",
                        "192.0.2.1",
                        "--add-host",
                        "db:192.0.2.9",
                        "--hostname",
                        "box",
                        "--entrypoint",
                        "sh",
                        "app",
                        "-c",
                        all));
        assertFalse(Files.exists(outside));
        assertEquals("none\n", mounted.out("run", "--no-etc", "base", "sh", "-c", "test -e /etc/hosts || echo none"));
        assertEquals(
                Files.readString(Path.of("/etc/hosts")).strip(),
                mounted.out("run", "--net", "host", "base", "cat", "/etc/hosts").strip());
        assertTrue(mounted.rustyrun("run", "--add-host", "a b:1.1.1.1", "base")
                .expect(125)
                .errorLine()
                .contains("is not NAME:ADDRESS"));
    }

    @Test
    void labels_describe_it_and_command_nothing() {
        mounted.out("run", "-d", "--name", "labelled", "--entrypoint", "sleep", "app", "1000");
        try {
            String described = mounted.out("inspect", "labelled");
            assertTrue(described.contains("\"a\" : \"b\""), described);
            assertTrue(described.contains("stopSignal"), described);
            assertFalse(described.contains("dev.rustyrun.ephemeral"), described);
        } finally {
            mounted.out("delete", "--force", "labelled");
        }
    }

    @Test
    void an_ordinary_user_has_images_of_their_own() throws IOException {
        Path own = Files.createDirectory(mounted.folder.resolve("user"));
        fill(own.resolve("data/rustyrun"));
        Path program = Launcher.copyProgram(Files.createDirectory(mounted.folder.resolve("program")));
        Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "chown -R 65534:65534 \"$0\"; chmod a+x \"$1\"",
                                own.toString(),
                                mounted.folder.toString()),
                        "")
                .expect(0);
        List<String> user =
                Launcher.asUser(USER, "HOME=" + own, "XDG_DATA_HOME=" + own + "/data", program.toString(), "run");
        List<String> shows = new ArrayList<>(user);
        shows.addAll(List.of(
                "-u",
                "0",
                "--entrypoint",
                "sh",
                "app",
                "-c",
                "id -u; ls /dir /op | grep -v : | grep .; echo x > /y; cat /y; ls -d /gone 2>/dev/null"));
        Launcher.Result result = Launcher.execute(shows, "");
        assertEquals("0\nb\nup\nx\n", result.out(), result.err());
        List<String> again = new ArrayList<>(user);
        again.add("base");
        assertEquals("default\n", Launcher.execute(again, "").expect(0).out());
        try (Stream<Path> left = Files.list(own.resolve("data/rustyrun/containers"))) {
            assertEquals(List.of(), left.toList());
        }
    }
}
