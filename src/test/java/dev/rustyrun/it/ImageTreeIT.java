package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** cp, diff, commit and export on the files of stopped containers from images; and run --keep. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImageTreeIT {

    /** Lists each file of a tree: kind, mode, owner, number of links, time, and link target. */
    private static final String LIST =
            "cd $0; find . -not -path './proc*' -not -path './dev*' -not -path './sys*' -printf"
                    + " '%P %y %M %U:%G %n %T@ %l\\n' | sort | cat -v";

    private static MountedStore mounted;

    @BeforeAll
    static void makeImage() throws IOException {
        Launcher.requireRoot();
        mounted = new MountedStore();
        fill(mounted.store);
    }

    private static void fill(Path place) throws IOException {
        byte[] base = mounted.tar("for d in bin etc root; do cp -a " + Launcher.busybox()
                + "/$d .; done; mkdir -p dir/sub op tmp dev proc sys outside;"
                + " echo a > dir/a; echo b > dir/b; echo low > op/low; ln -s /etc host; touch etc/hosts etc/hostname"
                + " etc/resolv.conf");
        new TestImages(place).add("base", "{\"Cmd\": [\"sh\"], \"Env\": [\"A=1\", \"B=2\"]}", List.of(base));
        new TestImages(place).add("volume", "{\"Volumes\": {\"/dir\": {}}}", List.of(base));
    }

    @AfterAll
    static void removeImage() {
        if (mounted != null) {
            mounted.close();
        }
    }

    /** Runs a container to its end and keeps it. */
    private static void keep(String name, String script) {
        mounted.rustyrun("run", "--keep", "--name", name, "base", "sh", "-ec", script)
                .expect(0);
    }

    /** In the first milliseconds of its run, a container has a layer and a state that is not marked as set up. */
    @Test
    void gc_removes_the_layer_of_a_kept_one_that_was_killed_before_its_start() throws IOException {
        keep("early", "echo mine > /f");
        Path state = Path.of("/run/rustyrun/early/state.json");
        String text = Files.readString(state);
        assertTrue(text.contains("\"setUp\":true"), text);
        Files.writeString(state, text.replace("\"setUp\":true", "\"setUp\":false"));
        assertEquals("removed container early\n", mounted.out("gc"));
        assertFalse(mounted.containers().contains("early"));
    }

    @Test
    void one_that_is_kept_stays_stopped_with_its_files_until_it_is_deleted() throws IOException {
        mounted.rustyrun("run", "--keep", "--name", "stays", "base", "sh", "-c", "echo mine > /f; exit 3")
                .expect(3);
        assertTrue(mounted.out("state", "stays").contains("\"stopped\""));
        assertFalse(mounted.out("gc").contains("stays"));
        assertEquals("mine\n", mounted.out("cp", "stays:/f", "-").replaceAll("(?s).*\0(mine\n)\0.*", "$1"));
        assertTrue(mounted.rustyrun(
                        "run", "--name", "stays", "--rootfs", Launcher.busybox().toString(), "true")
                .expect(125)
                .errorLine()
                .contains("in use"));
        assertTrue(mounted.rustyrun("run", "--name", "stays", "base", "true")
                .expect(125)
                .errorLine()
                .contains("stays"));
        mounted.out("rm", "stays");
        assertFalse(mounted.containers().contains("stays"));
        assertTrue(mounted.rustyrun("run", "--keep", "--rm", "base", "true")
                .expect(125)
                .errorLine()
                .contains("--keep and --rm"));
        mounted.rustyrun("run", "--keep", "--name", "unmade", "base", "/nosuch").expect(127);
        assertFalse(mounted.containers().contains("unmade"));
        assertFalse(mounted.out("list").contains("unmade"));
    }

    @Test
    void cp_reaches_the_files_of_one_that_has_ended_and_no_link_leads_to_the_host() throws IOException {
        keep(
                "ended",
                "echo c >> /dir/a; rm /dir/b; mkdir /made; ln -s " + mounted.folder + " /made/out; ln -s / /made/up");
        Path target = Files.createDirectory(mounted.folder.resolve("target"));
        mounted.out("cp", "ended:/dir", target.toString());
        assertEquals("a\nc\n", Files.readString(target.resolve("dir/a")));
        assertFalse(Files.exists(target.resolve("dir/b")));
        Path file = Files.writeString(mounted.folder.resolve("in"), "in\n");
        mounted.out("cp", file.toString(), "ended:/dir/in");
        mounted.out("cp", file.toString(), "ended:/host/passwd");
        mounted.out("cp", file.toString(), "ended:/made/up/dir/up");
        // More data than fits into a pipe, to a target that does not exist.
        Path large = Files.write(mounted.folder.resolve("large"), new byte[1 << 20]);
        assertTrue(mounted.rustyrun("cp", large.toString(), "ended:/nosuch/dir/")
                .expect(125)
                .errorLine()
                .contains("no such directory"));
        assertTrue(mounted.rustyrun("cp", large.toString(), "ended:/nosuch/dir/x")
                .expect(125)
                .errorLine()
                .contains("does not exist"));
        // The link's target is a path in the container, where it does not exist.
        assertTrue(mounted.rustyrun("cp", file.toString(), "ended:/made/out/x")
                .expect(125)
                .errorLine()
                .contains("does not exist"));
        assertFalse(Files.exists(mounted.folder.resolve("x")));
        assertTrue(Files.readString(Path.of("/etc/passwd")).contains("root:"));
        assertEquals(
                "C /dir\nC /dir/a\nD /dir/b\nA /dir/in\nA /dir/up\nC /etc\nC /etc/passwd\nA /made\nA /made/out\nA /made/up\n",
                mounted.out("diff", "ended")
                        .replace("A /etc/passwd", "C /etc/passwd")
                        .replace("A /etc\n", "C /etc\n"));
        mounted.out("delete", "ended");
    }

    @Test
    void one_whose_image_is_removed_by_force_keeps_its_files() throws IOException {
        keep("first", "echo first > /first");
        mounted.out("commit", "--message", "m", "first", "forced");
        mounted.out("delete", "first");
        mounted.rustyrun("run", "--keep", "--name", "second", "forced", "sh", "-c", "echo second > /second")
                .expect(0);
        mounted.out(
                "run",
                "-d",
                "--name",
                "third",
                "forced",
                "sh",
                "-c",
                "until test -e /go; do sleep 0.1; done; cat /first");
        assertTrue(mounted.rustyrun("rmi", "forced").expect(125).errorLine().contains("is used by 2 containers, "));
        mounted.out("rmi", "--force", "forced");
        Path go = Files.writeString(mounted.folder.resolve("go"), "");
        mounted.out("cp", go.toString(), "third:/go");
        mounted.out("wait", "third");
        assertEquals("first\n", mounted.out("logs", "third"));
        assertTrue(mounted.out("diff", "second").contains("A /second\n"));
        assertTrue(mounted.out("cp", "second:/first", "-").contains("first\n"));
        mounted.out("delete", "second");
        mounted.out("delete", "third");
        mounted.out("image", "prune");
    }

    @Test
    void one_that_is_refused_leaves_the_files_of_another_root_with_its_name() throws IOException {
        String one = mounted.folder.resolve("root-one").toString();
        String other = mounted.folder.resolve("root-other").toString();
        mounted.rustyrun("--root", one, "run", "--keep", "--name", "same", "base", "sh", "-c", "echo mine > /mine")
                .expect(0);
        assertTrue(mounted.rustyrun("--root", other, "run", "--name", "same", "base", "true")
                .expect(125)
                .errorLine()
                .contains("choose another name"));
        assertTrue(mounted.out("--root", one, "diff", "same").contains("A /mine\n"));
        mounted.out("--root", one, "delete", "same");
        assertFalse(mounted.containers().contains("same"));
    }

    @Test
    void one_in_a_read_only_store_fails_with_the_reason_and_leaves_nothing() {
        mounted.out("run", "base", "true");
        List<String> command = new ArrayList<>(mounted.command("run", "--name", "unwritable", "base", "true"));
        int script = command.indexOf("-ec") + 1;
        command.set(
                script, command.get(script).replace("exec", "mount -o remount,ro,bind /var/lib/rustyrun/images; exec"));
        String error = Launcher.execute(command, "").expect(125).errorLine();
        assertTrue(error.contains("mkdir") && error.contains("EROFS"), error);
        assertFalse(mounted.out("list").contains("unwritable"));
    }

    @Test
    void cp_and_diff_see_a_detached_one_while_it_runs_and_after_its_end() throws IOException {
        mounted.out("run", "-d", "--name", "apart", "base", "sh", "-c", "echo x > /x; echo up; exec sleep 4714");
        Host.eventually("it is up", () -> mounted.out("logs", "apart").equals("up\n"));
        assertTrue(mounted.out("diff", "apart").contains("A /x\n"));
        mounted.out("kill", "apart", "KILL");
        mounted.rustyrun("wait", "apart");
        assertTrue(mounted.rustyrun("run", "--name", "apart", "base", "true")
                .expect(125)
                .errorLine()
                .contains("in use"));
        mounted.out("cp", "apart:/x", mounted.folder.resolve("x-of-apart").toString());
        assertEquals("x\n", Files.readString(mounted.folder.resolve("x-of-apart")));
        Path file = Files.writeString(mounted.folder.resolve("late"), "late\n");
        mounted.out("cp", file.toString(), "apart:/dir/late");
        assertTrue(mounted.out("diff", "apart").contains("A /dir/late\n"));
        mounted.out("delete", "apart");
        assertFalse(mounted.containers().contains("apart"));
    }

    @Test
    void a_created_one_takes_files_and_starts_once() throws IOException {
        Path file = Files.writeString(mounted.folder.resolve("before"), "before\n");
        Path variables = Files.writeString(mounted.folder.resolve("variables"), "V=then\n");
        String script = "cat /etc/before /dir/before /dir/a; echo $V; echo x > /x";
        assertEquals(
                "made\n",
                mounted.out(
                        "create", "--name", "made", "--env-file", variables.toString(), "volume", "sh", "-c", script));
        Files.delete(variables);
        assertTrue(mounted.out("list").matches("(?s).*made +0 +created .*"), mounted.out("list"));
        assertFalse(mounted.out("gc").contains("made"));
        mounted.out("cp", file.toString(), "made:/etc");
        mounted.out("cp", file.toString(), "made:/dir/");
        // The volume already has the image's files before the container starts.
        assertTrue(mounted.out("cp", "made:/dir/a", "-").contains("a\n"));
        assertTrue(mounted.out("cp", "made:/dir/before", "-").contains("before\n"));
        assertTrue(mounted.out("diff", "made").contains("A /etc/before\n"));
        assertTrue(
                mounted.rustyrun("exec", "made", "true").expect(125).errorLine().contains("made"));
        assertTrue(mounted.rustyrun("create", "--name", "made", "base", "true")
                .expect(125)
                .errorLine()
                .contains("in use"));
        mounted.out("start", "made");
        mounted.out("wait", "made");
        assertEquals("before\nbefore\na\nthen\n", mounted.out("logs", "made"));
        assertTrue(mounted.out("diff", "made").contains("A /x\n"));
        assertTrue(mounted.rustyrun("start", "made").expect(1).errorLine().contains("is exited, not created"));
        mounted.out("rm", "made");
        assertFalse(mounted.containers().contains("made"));
    }

    @Test
    void a_created_one_that_never_starts_leaves_nothing_and_another_of_its_name_is_new() throws IOException {
        Path file = Files.writeString(mounted.folder.resolve("secret"), "of the first\n");
        mounted.out("create", "--name", "twice", "base", "cat", "/secret");
        mounted.out("cp", file.toString(), "twice:/");
        assertTrue(mounted.rustyrun("rmi", "base").expect(125).errorLine().contains("is used by container twice: "));
        mounted.out("rm", "twice");
        assertFalse(mounted.containers().contains("twice"));
        mounted.out("create", "--name", "twice", "base", "cat", "/secret");
        mounted.out("start", "twice");
        mounted.rustyrun("wait", "twice").expect(1);
        assertTrue(mounted.rustyrun("logs", "twice").err().contains("can't open '/secret'"));
        mounted.out("rm", "twice");
        // Wrong options are reported by create itself, and leave nothing behind.
        assertTrue(mounted.rustyrun("create", "--name", "wrong", "--memory", "1x", "base")
                .expect(125)
                .errorLine()
                .contains("--memory"));
        assertTrue(mounted.rustyrun("create", "--nmae", "wrong", "base")
                .expect(125)
                .errorLine()
                .contains("unknown option --nmae"));
        assertFalse(mounted.out("list").contains("wrong"));
        assertFalse(mounted.containers().contains("wrong"));
        // Options after the image are arguments of the command, not options of create.
        mounted.out("create", "--name", "words", "base", "echo", "-h", "-b", "x");
        mounted.out("start", "words");
        mounted.out("wait", "words");
        assertEquals("-h -b x\n", mounted.out("logs", "words"));
        mounted.out("rm", "words");
        // With --rootfs, the container uses the files of that directory.
        mounted.out("create", "--name", "plain", "--rootfs", Launcher.busybox().toString(), "true");
        mounted.out("start", "plain");
        mounted.rustyrun("wait", "plain").expect(0);
        mounted.out("rm", "plain");
    }

    @Test
    void holes_stay_holes_in_a_copy_and_in_an_image_of_a_container() throws IOException {
        keep("sparse", "truncate -s 64M /holes; echo end >> /holes");
        Path out = mounted.folder.resolve("holes");
        mounted.out("cp", "sparse:/holes", out.toString());
        mounted.out("cp", out.toString(), "sparse:/copy");
        mounted.out("commit", "sparse", "sparse:1");
        String look = "for f in /holes /copy; do stat -c %s $f; [ $(du -k $f | cut -f 1) -lt 200 ] && echo small; done";
        assertEquals("67108868\nsmall\n67108868\nsmall\n", mounted.out("run", "sparse:1", "sh", "-c", look));
        String here = Launcher.execute(List.of("du", "-k", out.toString()), "")
                .expect(0)
                .out();
        assertTrue(Long.parseLong(here.split("\\s")[0]) < 200, here);
        mounted.out("rm", "sparse");
    }

    private static final String CHANGES = "rm /dir/a; echo c >> /dir/b; rm -r /op; mkdir /op; echo up > /op/up;"
            + " echo new > /n; ln /n /n2; ln -s ../../x /l; mkfifo /f; mkdir -m 1777 /t; cp /bin/busybox /s;"
            + " chmod 6755 /s; chown 7:8 /dir/sub; touch -d 2001-02-03 /n; touch \"/$(printf 'odd\\377\\n')\";"
            + " mv /dir/sub /dir/moved; rmdir /outside; ln -s /nowhere /outside; mkdir -p /deep/$(printf '%0200d' 1)";

    @Test
    void an_image_of_a_container_has_its_changes() throws IOException {
        keep("changed", CHANGES);
        String listed = mounted.out(
                "export", "--output", mounted.folder.resolve("one.tar").toString(), "changed");
        assertEquals("", listed);
        String id = mounted.out(
                "commit", "--message", "hello", "--author", "me", "--change", "ENV A=3", "changed", "made:1");
        assertTrue(id.startsWith("sha256:"));
        assertTrue(mounted.out("image", "inspect", "made:1").contains("\"A=3\", \"B=2\""));
        assertTrue(mounted.out("image", "history", "made:1").contains("rustyrun commit"));
        assertEquals(
                "b\nc\nup\nno a\n3\n",
                mounted.out(
                        "run",
                        "made:1",
                        "sh",
                        "-c",
                        "cat /dir/b; ls /op; ls /dir/a 2>/dev/null || echo no a; echo $A"));
        assertEquals(
                "no A, B=2\n", mounted.out("run", "--unsetenv", "A", "made:1", "sh", "-c", "echo ${A-no A}, B=$B"));
        // The container's tree, the tree of its image, and the tree of an import of its export are the same.
        keep("again", "true");
        mounted.out("delete", "again");
        mounted.rustyrun("run", "--keep", "--name", "again", "made:1", "true").expect(0);
        mounted.out("export", "--output", mounted.folder.resolve("two.tar").toString(), "again");
        String tree = unpacked("one");
        assertTrue(tree.contains("odd") && tree.contains("nowhere") && tree.contains("/moved"), tree);
        assertEquals(tree, unpacked("two"));
        mounted.out("import", mounted.folder.resolve("one.tar").toString(), "flat");
        mounted.rustyrun("run", "--keep", "--name", "flat", "flat", "/bin/true").expect(0);
        mounted.out("export", "--output", mounted.folder.resolve("three.tar").toString(), "flat");
        unpacked("three");
        assertEquals(tree, unpacked("three"));
        for (String name : List.of("changed", "again", "flat")) {
            mounted.out("delete", name);
        }
    }

    /** The tree of an archive, as tar(1) unpacks it. */
    private static String unpacked(String name) throws IOException {
        Path tree = Files.createTempDirectory(mounted.folder, name);
        Launcher.execute(
                        List.of(
                                "tar",
                                "--xattrs",
                                "--numeric-owner",
                                "-C",
                                tree.toString(),
                                "-xpf",
                                mounted.folder.resolve(name + ".tar").toString()),
                        "")
                .expect(0);
        return Launcher.execute(List.of("sh", "-ec", LIST, tree.toString()), "")
                .expect(0)
                .out()
                // Ignore the times of files that a launch makes itself.
                .replaceAll("(?m)^(|etc|etc/[a-z.]+) (.*) [0-9.]+ $", "$1 $2");
    }

    @Test
    void an_invalid_layer_is_refused_and_nothing_of_the_image_is_kept() throws IOException {
        keep("odd", "touch /.wh.dir");
        long blobs = blobs();
        assertTrue(mounted.rustyrun("commit", "odd", "never")
                .expect(125)
                .errorLine()
                .contains("cannot be in a layer"));
        assertEquals(blobs, blobs());
        assertFalse(mounted.out("images").contains("never"));
        assertTrue(mounted.rustyrun("commit", "--change", "FOO bar", "odd")
                .expect(125)
                .errorLine()
                .contains("--change"));
        assertTrue(mounted.rustyrun("commit", "nosuch").expect(125).errorLine().contains("nosuch"));
        assertTrue(mounted.rustyrun("diff", "nosuch").expect(125).errorLine().contains("nosuch"));
        assertTrue(mounted.rustyrun("export", "nosuch").expect(125).errorLine().contains("nosuch"));
        mounted.out("delete", "odd");
    }

    private static long blobs() throws IOException {
        try (Stream<Path> all = Files.list(mounted.store.resolve("blobs/sha256"))) {
            return all.count();
        }
    }

    @Test
    void a_container_from_a_directory_is_kept_copied_and_exported_but_has_no_layer() throws IOException {
        Path rootfs = mounted.folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        mounted.rustyrun("run", "--keep", "--name", "plain", "--rootfs", rootfs.toString(), "sh", "-c", "echo p > /p")
                .expect(0);
        mounted.out("cp", "plain:/p", mounted.folder.resolve("p").toString());
        assertEquals("p\n", Files.readString(mounted.folder.resolve("p")));
        mounted.out("export", "--output", mounted.folder.resolve("plain.tar").toString(), "plain");
        assertTrue(new String(Files.readAllBytes(mounted.folder.resolve("plain.tar")), StandardCharsets.ISO_8859_1)
                .contains("bin/busybox"));
        assertTrue(mounted.rustyrun("diff", "plain").expect(125).errorLine().contains("was not created from an image"));
        assertTrue(
                mounted.rustyrun("commit", "plain").expect(125).errorLine().contains("was not created from an image"));
        mounted.out("delete", "plain");
        assertTrue(mounted.rustyrun("run", "--keep", "--ephemeral", "--rootfs", rootfs.toString(), "true")
                .expect(125)
                .errorLine()
                .contains("--keep and --ephemeral"));
    }

    @Test
    void an_ordinary_user_keeps_copies_commits_and_exports() throws IOException {
        Path own = Files.createDirectory(mounted.folder.resolve("user"));
        fill(own.resolve("data/rustyrun"));
        Path program = Launcher.copyProgram(Files.createDirectory(mounted.folder.resolve("program")));
        String script =
                "set -e; r=\"$0\"; cd \"$HOME\"; $r run --keep --name mine base sh -c 'rm /dir/a; echo new > /n;"
                        + " rm -r /op; mkdir /op; chmod 700 /op' 2>/dev/null;"
                        + " $r cp mine:/n got; cat got; echo in > in; $r cp in mine:/dir/in; $r diff mine | grep -v etc;"
                        + " $r commit mine made >/dev/null; $r run made sh -c 'ls /dir; cat /n; stat -c %u:%a /op';"
                        + " $r export mine | $r import --change 'CMD [\"sh\"]' - flat >/dev/null;"
                        + " $r run flat sh -c 'ls /dir; cat /n; stat -c %u:%a /op'; $r rm mine; ls data/rustyrun/containers";
        Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "chown -R 65534:65534 \"$0\"; chmod a+x \"$1\"",
                                own.toString(),
                                mounted.folder.toString()),
                        "")
                .expect(0);
        Launcher.Result result = Launcher.execute(
                List.of(
                        "setpriv",
                        "--reuid",
                        "65534",
                        "--regid",
                        "65534",
                        "--clear-groups",
                        "env",
                        "-u",
                        "XDG_RUNTIME_DIR",
                        "HOME=" + own,
                        "XDG_DATA_HOME=" + own + "/data",
                        "sh",
                        "-c",
                        script,
                        program.toString()),
                "");
        String shown = "b\nin\nsub\nnew\n0:700\n";
        assertEquals(
                "new\nC /dir\nD /dir/a\nA /dir/in\nA /n\nC /op\nD /op/low\n" + shown + shown,
                result.out(),
                result.err());
    }
}
