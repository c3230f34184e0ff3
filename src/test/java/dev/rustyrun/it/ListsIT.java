package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --format} of all commands that print lists, locally and with {@code --host}. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ListsIT {

    @TempDir
    static Path data;

    private static Server server;
    private static MountedStore mounted;

    @BeforeAll
    static void prepare() throws Exception {
        Launcher.requireRoot();
        server = Server.start("--data-folder", data.resolve("served").toString(), "--warm", "0");
        mounted = new MountedStore();
        new TestImages(mounted.store)
                .add("small", "{\"Cmd\": [\"sh\"], \"Labels\": {\"a\": \"x\"}}", List.of(mounted.tar("touch file")));
    }

    @AfterAll
    static void remove() throws Exception {
        if (server != null) {
            server.close();
        }
        if (mounted != null) {
            mounted.close();
        }
    }

    private static String out(List<String> door, String... words) {
        List<String> all = new ArrayList<>(door);
        all.addAll(List.of(words));
        return Launcher.execute(Launcher.command(all.toArray(String[]::new)), "")
                .expect(0)
                .out();
    }

    private static String error(List<String> door, String... words) {
        List<String> all = new ArrayList<>(door);
        all.addAll(List.of(words));
        return Launcher.execute(Launcher.command(all.toArray(String[]::new)), "")
                .expectFailure()
                .errorLine();
    }

    @Test
    void containers_of_this_machine() {
        List<String> here = List.of("--root", data.resolve("store").toString());
        out(
                here,
                "run",
                "-d",
                "--name",
                "web",
                "--label",
                "job=17",
                "--ephemeral",
                "--rootfs",
                Launcher.busybox().toString(),
                "sleep",
                "4711");
        try {
            shown(here, "web");
            assertEquals("web x\n", out(here, "ps", "--format", "{{.Names}} x").replace("job", "x"));
            assertEquals("web\n", out(here, "ps", "--no-trunc", "-a", "-q"));
        } finally {
            out(here, "rm", "-f", "web");
        }
        assertEquals("", out(here, "ps", "--format", "{{.ID}}"));
        assertTrue(error(here, "ps", "--format", "{{.Foo}}").contains("unknown field .Foo"));
    }

    @Test
    void containers_of_a_service() {
        List<String> there = List.of("--host", server.url());
        String id = out(there, "run", "-d", "--label", "job=17", "--rootfs", "busybox", "sleep", "4711")
                .strip();
        try {
            shown(there, id);
            assertEquals("busybox\n", out(there, "inspect", "--format", "{{.Launch.Rootfs}}", id));
        } finally {
            out(there, "rm", "-f", id);
        }
    }

    private static void shown(List<String> door, String id) {
        assertEquals(id + " running\n", out(door, "list", "--format", "{{.ID}} {{.Status}}"));
        assertEquals(id + " job=17\n", out(door, "ps", "--format", "{{.Names}} {{.Labels}}"));
        assertEquals("ID\n" + id + "\n", out(door, "ps", "--format", "table {{.ID}}"));
        assertTrue(out(door, "ps", "--format", "json").startsWith("[{"));
        assertEquals("running\n", out(door, "inspect", "-f", "{{.Status}}", id));
        assertEquals("\"running\"\n", out(door, "inspect", "-f", "{{json .Status}}", id));
        assertEquals("sleep 4711\n", out(door, "top", "--format", "{{.Command}}", id));
        String pid = out(door, "top", "--format", "{{.PID}}", id).strip();
        assertEquals("[" + pid + "]\n", out(door, "top", "--format", "json", id));
        assertEquals(pid + "\n", out(door, "ps", "-q", id));
        assertEquals(id + " 1\n", out(door, "stats", "--no-stream", "--format", "{{.ID}} {{.PIDs}}", id));
        assertEquals(id + "\n", out(door, "stats", "--format", "{{.ID}}"), "of all that run");
        assertTrue(out(door, "stats", "--format", "table", id).startsWith("ID "));
        for (String command : List.of("list", "ps", "stats", "inspect", "top", "images")) {
            String[] words = command.matches("stats|inspect|top")
                    ? new String[] {command, "--format", "tabel", id}
                    : new String[] {command, "--format", "tabel"};
            String line = error(door, words);
            assertTrue(line.contains("--format \"tabel\" is not table, json or a template"), command + ": " + line);
        }
        assertTrue(error(door, "inspect", "--format", "{{.Foo}}", id).contains("unknown field .Foo: the fields are ."));
    }

    @Test
    void images() throws IOException {
        assertEquals("small latest <none>\n", mounted.out("images", "--format", "{{.Repository}} {{.Tag}} <none>"));
        String id = mounted.out("images", "-q").strip();
        assertEquals(12, id.length());
        assertEquals(id + "\n", mounted.out("images", "--format", "{{.ID}}"));
        assertTrue(
                mounted.out("images", "--no-trunc", "--format", "{{.ID}}").matches("sha256:" + id + "[0-9a-f]{52}\n"));
        assertTrue(mounted.out("images", "--format", "{{json .Size}}").matches("[0-9]+\n"), "bytes");
        assertTrue(mounted.out("images", "--format", "table {{.ID}}\\t{{.Size}}")
                .startsWith("IMAGE ID        SIZE\n" + id));
        assertEquals("x\n", mounted.out("image", "inspect", "--format", "{{index .Config.Labels \"a\"}}", "small"));
        assertEquals(
                "CREATED|SIZE|CREATED BY",
                mounted.out("image", "history", "small")
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceAll(" {2,}", "|"));
        assertTrue(mounted.rustyrun("images", "--format", "{{.Foo}}")
                .expect(125)
                .errorLine()
                .contains("unknown field .Foo"));
        assertTrue(mounted.out("df", "--format", "{{.Images}} {{.Size}}").matches("1 [0-9.]+ k?B\n"));
        assertEquals(mounted.out("df"), mounted.out("system", "df"));
    }
}
