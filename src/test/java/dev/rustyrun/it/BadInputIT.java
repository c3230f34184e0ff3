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

/** Whatever is asked for wrongly gives one clear line and a code, and leaves nothing behind. Needs root. */
class BadInputIT {

    private Path folder;
    private Host.State before;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void remember() throws IOException {
        before = Host.state();
        folder = Files.createTempDirectory("rustyrun-it");
    }

    @AfterEach
    void nothingIsLeft() {
        Host.expectNothingLeft("never-started");
        assertEquals(before, Host.state());
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    private static void expect(String words, String... arguments) {
        Launcher.Result result = Launcher.rustyrun(arguments).expect(125);
        assertTrue(result.errorLine().startsWith("rustyrun: ") && result.err().contains(words), result.err());
        assertEquals("", result.out());
    }

    private void expectRun(String words, String... options) {
        String[] start = {"run", "--rootfs", Launcher.busybox().toString()};
        String[] all = java.util.Arrays.copyOf(start, start.length + options.length + 2);
        System.arraycopy(options, 0, all, start.length, options.length);
        all[all.length - 2] = "--command";
        all[all.length - 1] = "true";
        expect(words, all);
    }

    @Test
    void rootfs() throws IOException {
        expect("rootfs /no/such cannot be used: ENOENT", "run", "--rootfs", "/no/such", "--command", "true");
        Path file = Files.writeString(folder.resolve("file"), "");
        expect("is not a directory", "run", "--rootfs", file.toString(), "--command", "true");
        expect("what to run is missing: give --rootfs DIR and a command", "run", "--command", "true");
    }

    @Test
    void command() {
        String rootfs = Launcher.busybox().toString();
        expect("the command is empty", "run", "--rootfs", rootfs);
        expect("the command is empty", "run", "--rootfs", rootfs, "--command", "");
        expect("--command", "run", "--rootfs", rootfs, "--command");
    }

    @Test
    void environment() {
        expectRun("environment variable \"NOVALUE\" is not NAME=VALUE", "--env", "NOVALUE");
        expectRun("environment variable \"=x\" is not NAME=VALUE", "--env", "=x");
    }

    @Test
    void user() {
        expectRun("unknown user \"nosuchuser\"", "--user", "nosuchuser");
        expectRun("unknown group \"nosuchgroup\"", "--user", "0:nosuchgroup");
        expectRun("is not a number from 0 to 2147483647", "--user", "4294967296");
        expectRun("unknown user \"-1\"", "--user=-1");
    }

    @Test
    void mounts() {
        expectRun("is not SOURCE:TARGET", "--volume", "/tmp");
        expectRun("has no target", "--mount", "type=bind,source=/tmp");
        expectRun("is none of bind, tmpfs and cgroup", "--mount", "type=nfs,source=/tmp,target=/x");
        expectRun("unknown option sideways", "--volume", "/tmp:/x:sideways");
        expectRun("is not an absolute path", "--volume", "/tmp:x");
        expectRun("climbs out of the rootfs with ..", "--volume", "/tmp:/a/../../x");
        expectRun("climbs out of the rootfs with ..", "--tmpfs", "/../x");
    }

    @Test
    void options() {
        expectRun("Unknown option: '--nonsense'", "--nonsense");
        expectRun("--net", "--net", "wrong");
        expectRun("hostname \"a b\"", "--hostname", "a b");
        expectRun("working directory \"here\" is not an absolute path", "--workdir", "here");
        expect("a command is missing");
        expect("Unmatched argument", "walk");
    }

    @Test
    void a_mount_target_that_leaves_the_rootfs_through_a_link_is_refused_and_makes_nothing_outside()
            throws IOException {
        Path rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.createSymbolicLink(rootfs.resolve("relative"), Path.of("../outside"));
        Files.createSymbolicLink(rootfs.resolve("absolute"), outside);
        Files.createSymbolicLink(rootfs.resolve("file"), outside.resolve("file"));
        for (String target : List.of("/relative/x", "/absolute/x", "/relative", "/absolute", "/file")) {
            for (String source : List.of("/etc", "/etc/passwd")) {
                expect(
                        "climbs out of the rootfs through a symbolic link",
                        "run",
                        "--rootfs",
                        rootfs.toString(),
                        "--volume",
                        source + ":" + target,
                        "--command",
                        "true");
            }
        }
        try (var entries = Files.list(outside)) {
            assertEquals(List.of(), entries.toList());
        }
    }

    @Test
    void proc_and_dev_that_are_symbolic_links_are_refused() throws IOException {
        for (String name : List.of("proc", "dev", "sys")) {
            Path rootfs = folder.resolve("rootfs-" + name);
            Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                    .expect(0);
            Files.deleteIfExists(rootfs.resolve(name));
            Files.createSymbolicLink(rootfs.resolve(name), Path.of("/tmp"));
            expect(
                    "/" + name + " in the rootfs is a symbolic link",
                    "run",
                    "--rootfs",
                    rootfs.toString(),
                    "--command",
                    "true");
        }
    }

    @Test
    void a_stage_started_by_hand_says_what_it_is() {
        Launcher.Result result = Launcher.rustyrun("child");
        assertFalse(result.exitCode() == 0);
        assertTrue(result.err().contains("child is a stage that rustyrun run starts"), result.err());
    }
}
