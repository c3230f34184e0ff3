package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An image store on an overlay, as in a container of another engine. The kernel allows no writable overlay on top of
 * it, so containers get a copy of their image. The same commands with a store on another file system, where containers
 * have an overlay, give the same results. Needs root.
 */
class ImageOnOverlayIT {

    private static final String WARNING = "rustyrun: warning: the image store is on an overlay, as in a container, and"
            + " the kernel cannot mount another over it: the container gets a copy of the image's files, which takes time and"
            + " disk space";

    private static final String LOW = "cp -a \"$1\"/. .; mkdir -p dir/sub op deep/er was-directory/x dev proc sys etc;"
            + " rm -f etc/hosts etc/hostname etc/resolv.conf;"
            + " echo a > dir/a; echo b > dir/b; echo s > dir/sub/s; echo o > op/old; echo d > deep/er/d; echo f > was-file;"
            + " echo h > h1; ln h1 h2; ln -s /nowhere link; mkfifo fifo; mknod null c 1 3;"
            + " cp bin/busybox suid; chown 7:8 suid; chmod 4755 suid; chmod 1777 deep; chown -R 9:9 deep/er;"
            + " python3 -c 'import os; os.setxattr(\"dir/b\", \"user.mine\", b\"value\");"
            + " os.setxattr(\"dir/b\", \"security.capability\", b\"\\1\\0\\0\\2\\0\\x20\" + bytes(14))';"
            + " truncate -s 30M holes; echo end >> holes; touch \"$(printf 'odd\\377\\nname')\"";

    private static final String TOP =
            "mkdir -p dir op was-file was-directory-too deep; touch dir/.wh.a op/.wh..wh..opq;"
                    + " echo n > op/new; echo x > was-file/x; echo now > was-directory; chmod 710 dir; chown 5:6 dir;"
                    + " chmod 1777 deep";

    /** Prints all headers of a tar archive on standard input, and the hashes of its files. */
    private static final String LIST = """
            import hashlib, sys, tarfile
            tar = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
            for m in tar:
                if m.name == ".":
                    # Its time is that of the creation of the container.
                    continue
                content = hashlib.sha256(tar.extractfile(m).read()).hexdigest() if m.isreg() else ""
                print(ascii((m.name, m.type, m.mode, m.uid, m.gid, m.linkname, m.devmajor, m.devminor,
                             m.mtime, sorted(m.pax_headers.items()), m.size, content)))
            """;

    private Path folder;
    private Path program;

    @BeforeEach
    void copyProgram() throws IOException {
        Launcher.requireRoot();
        folder = Files.createTempDirectory("rustyrun-it");
        program = Launcher.copyProgram(folder);
    }

    @AfterEach
    void remove() {
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    /**
     * The output of {@code script}, run as the user {@code owner} with an image store on an overlay, in a mount
     * namespace of its own.
     */
    private String printed(String owner, String script) {
        String whole = "cd \"$0\"; chmod 755 .; mkdir over; mount -t tmpfs -o mode=755 tmpfs over; mkdir over/l over/u"
                + " over/w over/m; chown " + owner + " over/u; mount -t overlay overlay -o"
                + " lowerdir=over/l,upperdir=over/u,workdir=over/w over/m; [ ! -d store ] || cp -a store over/m/images;"
                + " rootfs=$1; r=$2; shift 2;"
                + " exec setpriv --reuid " + owner + " --regid " + owner + " --clear-groups env HOME=/nonexistent"
                + " RUSTYRUN_IMAGES=\"$0/over/m/images\" rootfs=\"$rootfs\" r=\"$r\" sh -c '" + script + "' 2>&1";
        return inside(whole);
    }

    /** The output of {@code script} with an image store that can have overlays. */
    private String printedWithOverlay(String script) {
        return inside(
                "cd \"$0\"; export RUSTYRUN_IMAGES=\"$0/store\" rootfs=\"$1\" r=\"$2\"; sh -c '" + script + "' 2>&1");
    }

    private String inside(String script) {
        return Launcher.execute(
                        List.of(
                                "unshare",
                                "-m",
                                "sh",
                                "-ec",
                                script,
                                folder.toString(),
                                Launcher.busybox().toString(),
                                program.toString()),
                        "")
                .out();
    }

    private byte[] layer(String script) throws IOException {
        Path tar = folder.resolve("layer.tar");
        String whole = "d=$(mktemp -d); chmod 755 $d; cd $d; " + script + "; find . -exec touch -h -d @1000000000 {} +;"
                + " tar --format=posix --xattrs --xattrs-include='*' --pax-option=delete=atime,delete=ctime -cf \"$0\" .;"
                + " rm -rf $d";
        Launcher.execute(
                        List.of(
                                "sh",
                                "-ec",
                                whole,
                                tar.toString(),
                                Launcher.busybox().toString()),
                        "")
                .expect(0);
        return Files.readAllBytes(tar);
    }

    private void addImage() throws IOException {
        new TestImages(folder.resolve("store"))
                .add("app", "{\"Cmd\": [\"true\"], \"Volumes\": {\"/deep\": {}}}", List.of(layer(LOW), layer(TOP)));
        Launcher.execute(List.of("chmod", "-R", "go-w", folder.resolve("store").toString()), "")
                .expect(0);
    }

    @JvmOnly
    @Test
    void an_image_runs_on_a_jvm_too() throws IOException {
        addImage();
        assertEquals("n\n", printedWithOverlay("$r run app cat /op/new"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void its_container_has_a_copy_that_equals_what_an_overlay_shows() throws IOException {
        addImage();
        Path list = Files.writeString(folder.resolve("list.py"), LIST);
        String script =
                "list=" + list + "; $r run --no-etc --keep --name equal app true; $r export equal | python3 $list;"
                        + " $r diff equal; $r rm equal; ls -A $RUSTYRUN_IMAGES/containers";
        String copied = printed("0", script);
        assertEquals(WARNING + "\n" + printedWithOverlay(script), copied);
        assertTrue(copied.contains("'dir/b'") && copied.contains("SCHILY.xattr.user.mine"), copied);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void its_changes_are_found_and_committed_as_with_an_overlay() throws IOException {
        addImage();
        String change =
                "rm /dir/b; echo new > /dir/new; rm -r /op; mkdir /op; echo again > /op/again; chmod 600 /was-directory;"
                        + " mv /was-file /moved; rm /link; echo v > /deep/v; ln /dir/new /linked; echo 1 > /dir/sub/s";
        String script = "$r run --keep --name change app sh -c \"" + change + "\"; $r diff change;"
                + " $r commit change changed:1 > /dev/null; $r cp change:/deep/v -  | tar -xO;"
                + " $r run --net host changed:1 sh -c \"find / -xdev | grep -v -e odd -e ^/bin/ -e ^/deep/ | sort; cat /dir/new /dir/sub/s /op/again /moved/x;"
                + " stat -c %a:%h:%u /was-directory /linked; ls /deep\"; $r rm change; $r rmi changed:1 > /dev/null";
        String copied = printed("0", script);
        assertEquals(
                WARNING + "\n" + printedWithOverlay(script), copied.replaceFirst("(?s)(.*)" + WARNING + "\n", "$1"));
        assertTrue(copied.contains("\nD /dir/b\n") && copied.contains("\nA /dir/new\n"), copied);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_store_stays_as_it_was_and_files_reach_a_container_before_its_start() throws IOException {
        addImage();
        String sum = "find $RUSTYRUN_IMAGES/layers -type f -exec sha256sum {} + | sort | sha256sum";
        String printed = printed(
                "0",
                "$r run app true; " + sum
                        + "; $r create --name put app sh -c \"cat /f; echo x >> /dir/b; echo y > /suid\";"
                        + " echo file > f; $r cp f put:/f; $r start put; $r wait put; $r logs put; $r diff put; "
                        + sum + "; $r rm put");
        String[] lines = printed.split("\n");
        assertEquals(WARNING, lines[0], printed);
        assertEquals("put", lines[2], printed);
        assertTrue(printed.contains("\nfile\n") && printed.contains("\nC /suid\n"), printed);
        assertEquals(
                lines[1], lines[lines.length - 1].equals("put") ? lines[lines.length - 2] : lines[lines.length - 1]);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_ephemeral_container_has_a_copy_in_memory_where_overlays_are_stacked_too_high() throws IOException {
        addImage();
        String stack =
                "cd \"$0\"; mkdir o1 o2; for o in o1 o2; do mount -t tmpfs tmpfs $o; mkdir $o/l $o/u $o/w $o/m; done;"
                        + " mount -t overlay overlay -o lowerdir=o1/l,upperdir=o1/u,workdir=o1/w o1/m;"
                        + " mount -t overlay overlay -o lowerdir=o1/m,upperdir=o2/u,workdir=o2/w o2/m; cp -a store o2/m/images;"
                        + " export RUSTYRUN_IMAGES=\"$0/o2/m/images\"; r=$2; exec 2>&1;";
        String printed =
                inside(stack + "$r run --ephemeral=64m app sh -c \"cat /dir/b /op/new; ls /dir; echo x > /dir/b\";"
                        + " $r run --ephemeral=1m app true || true; $r run --ephemeral=64m app cat /dir/b");
        String warning =
                "rustyrun: warning: the kernel cannot mount an overlay of these layers: the container gets a copy of the"
                        + " image's files in memory\n";
        assertTrue(
                printed.startsWith(warning + "b\nn\nb\nsub\n" + warning) && printed.endsWith(warning + "b\n"), printed);
        assertTrue(printed.contains("does not fit: raise --ephemeral=SIZE"), printed);
    }

    @NativeOnly("a JVM cannot enter a user namespace")
    @Test
    void an_ordinary_user_has_a_copy_too() {
        String printed = printed(
                "65534",
                "tar -C $rootfs -c . 2> /dev/null | $r import - app:1 > /dev/null; $r run app:1 echo copied;"
                        + " $r run --ephemeral app:1 echo here");
        List<String> lines =
                printed.lines().filter(line -> !line.endsWith("(shown once)")).toList();
        assertEquals(List.of(WARNING, "copied", "here"), lines, printed);
    }
}
