package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Container escapes that were reported for other runtimes, each tried for real. A test is named after the report that
 * it guards against. Needs root.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class EscapesIT {

    /** The duration of a race: long enough for hundreds of swaps during each launch. */
    private static final Duration RACE = Duration.ofMillis(1500);

    private Path folder;
    private Path rootfs;
    private Path outside;
    private Host.State before;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /**
     * Makes the attacker's root file system, always a copy and never a link, and the host directory that the attacker
     * wants.
     */
    @BeforeEach
    void makeRootfs() throws IOException {
        before = Host.state();
        folder = Files.createTempDirectory("rustyrun-it");
        rootfs = Files.createDirectory(folder.resolve("rootfs"));
        Launcher.execute(List.of("cp", "-a", Launcher.busybox() + "/.", rootfs.toString()), "")
                .expect(0);
        outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "of the host\n");
    }

    @AfterEach
    void theHostIsAsItWas() throws IOException {
        Host.expectEnded(folder.toString());
        assertEquals("of the host\n", Files.readString(outside.resolve("secret")));
        try (var names = Files.list(outside)) {
            assertEquals(List.of(outside.resolve("secret")), names.toList(), "nothing was made outside");
        }
        assertEquals(before.hostname(), Host.state().hostname());
        assertFalse(Host.read("/proc/self/mountinfo").contains(folder.toString()), "nothing is mounted");
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    private Launcher.Result run(String... options) {
        return Launcher.execute(command(options), "");
    }

    private List<String> command(String... options) {
        List<String> command = Launcher.command("run", "--rootfs", rootfs.toString());
        command.addAll(List.of(options));
        return command;
    }

    /**
     * Launches with {@code options} repeatedly while two paths are swapped; returns the outputs of the launches that
     * reached their command.
     */
    private List<String> race(Path one, Path other, String... options) {
        List<String> outputs = new ArrayList<>();
        Process swapper = Attempts.swap(one, other);
        try {
            Instant end = Instant.now().plus(RACE);
            while (Instant.now().isBefore(end)) {
                Launcher.Result result = run(options);
                if (result.exitCode() == 125) {
                    result.errorLine();
                } else {
                    outputs.add(result.expect(0).out());
                }
            }
            assertTrue(swapper.isAlive(), "the swapping process ended early");
        } finally {
            swapper.destroyForcibly().onExit().join();
        }
        return outputs;
    }

    @Test
    void CVE_2019_5736_our_own_executable_cannot_be_overwritten_from_inside() throws IOException {
        Path built = Path.of(Launcher.command().get(0));
        Path program = folder.resolve("rustyrun");
        Files.copy(built, program);
        Files.copy(built.resolveSibling("libjffi-1.2.so"), folder.resolve("libjffi-1.2.so"));
        Launcher.execute(List.of("chmod", "755", program.toString()), "").expect(0);
        byte[] original = Files.readAllBytes(program);
        for (String[] rights :
                new String[][] {{}, {"--cap-add", "all", "--seccomp", "unconfined", "--unmask", "all"}}) {
            List<String> words = new ArrayList<>(List.of(
                    program.toString(), "run", "--rootfs", rootfs.toString(), "--init", "--volume", Attempts.volume()));
            words.addAll(List.of(rights));
            words.addAll(List.of("--command", Attempts.INSIDE, "overwrite", "/proc/1/exe"));
            Map<String, String> results =
                    Attempts.results(Launcher.execute(words, "").expect(0).out());
            assertFalse(
                    results.entrySet().stream()
                            .anyMatch(e ->
                                    e.getValue().equals("ok") && !e.getKey().equals("find")),
                    results.toString());
            assertArrayEquals(original, Files.readAllBytes(program), "the executable was changed");
        }
        Path script = Files.writeString(rootfs.resolve("script"), "#!/proc/self/exe\n");
        Launcher.execute(List.of("chmod", "755", script.toString()), "").expect(0);
        Launcher.execute(List.of(program.toString(), "run", "--rootfs", rootfs.toString(), "--command", "/script"), "");
        assertArrayEquals(original, Files.readAllBytes(program), "the command was our own executable");
        hunt(program);
        assertArrayEquals(original, Files.readAllBytes(program), "a stage was seen from a container that was joined");
    }

    /** A program in one container watches for the stages of another container that joins it. */
    private void hunt(Path program) throws IOException {
        String name = "it-hunt-" + ProcessHandle.current().pid();
        Process hunter = new ProcessBuilder(
                        program.toString(),
                        "run",
                        "--rootfs",
                        rootfs.toString(),
                        "--name",
                        name,
                        "--cap-add",
                        "all",
                        "--seccomp",
                        "unconfined",
                        "--volume",
                        Attempts.volume(),
                        "--command",
                        Attempts.INSIDE,
                        "hunt")
                .redirectErrorStream(true)
                .start();
        var out = hunter.inputReader();
        assertEquals("hunting", out.readLine());
        for (int i = 0; i < 20 && hunter.isAlive(); i++) {
            Launcher.execute(
                    List.of(
                            program.toString(),
                            "run",
                            "--rootfs",
                            rootfs.toString(),
                            "--init",
                            "--pid",
                            "container:" + name,
                            "--command",
                            "/bin/true"),
                    "");
        }
        hunter.getOutputStream().close();
        String found = out.readLine();
        assertFalse(found.equals("found=0"), "the hunter has seen no stage");
        assertEquals("damaged=0", out.readLine());
    }

    @Test
    void CVE_2019_16884_nothing_can_be_mounted_over_proc() throws IOException {
        Files.createDirectories(rootfs.resolve("made"));
        Files.createSymbolicLink(rootfs.resolve("made/proc"), Path.of("/proc"));
        Files.createSymbolicLink(rootfs.resolve("made/sys"), Path.of("../proc/sys"));
        for (String target :
                List.of("/proc", "/proc/", "//proc/./sys", "/made/../proc/self/attr", "/proc/1", "/proc/sys/kernel")) {
            String line = run("--volume", outside + ":" + target, "--command", "true")
                    .expect(125)
                    .errorLine();
            assertTrue(line.contains("is in /proc, where only files such as /proc/meminfo may be covered"), line);
        }
        for (String target : List.of("/made/proc", "/made/sys", "/made/proc/self")) {
            assertTrue(run("--volume", outside + ":" + target, "--command", "true")
                    .expect(125)
                    .errorLine()
                    .contains(target + " leads into /proc, which must not be covered"));
        }
        assertTrue(run("--tmpfs", "/made/sys", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("leads into /proc"));
        assertEquals(
                "of the host\n",
                run("--volume", outside + "/secret:/proc/uptime:ro", "--command", "cat", "/proc/uptime")
                        .expect(0)
                        .out(),
                "what lxcfs does");
        Launcher.execute(List.of("sh", "-c", "rm -rf $0/proc; echo x > $0/proc", rootfs.toString()), "")
                .expect(0);
        run("--command", "true").expect(125).errorLine();
    }

    /**
     * A directory that an image could have as /proc; the file of the parameter to set is a link to a secret of the
     * host.
     */
    private Path fakeProc() throws IOException {
        Path fake = rootfs.resolve("fake");
        Files.createDirectories(fake.resolve("sys/net/ipv4"));
        Files.writeString(fake.resolve("sys/net/ipv4/ip_forward"), "0\n");
        Files.writeString(fake.resolve("interrupts"), "fake\n");
        return fake;
    }

    /** The kernel allows a new proc mount if the mount namespace has an unmasked proc, even one that is covered. */
    @Test
    void no_pivot_a_covered_proc_or_sys_of_the_hosts_does_not_allow_a_fresh_one_without_masks() throws IOException {
        String elsewhere =
                Files.createDirectories(folder.resolve("with space/proc")).toString();
        String stacked = "mount -t proc proc '" + elsewhere + "' && mount -t tmpfs x '" + elsewhere + "' && ";
        for (String type : List.of("proc", "sysfs")) {
            try (OciBundle bundle = new OciBundle(
                    "unshare", "-mrpnf", "sh", "-c", "echo in; mount -t " + type + " none /tmp && ls /tmp")) {
                bundle.editProcess(process -> List.of("bounding", "permitted", "effective")
                        .forEach(set -> ((ArrayNode) process.get("capabilities").get(set)).add("CAP_SETFCAP")));
                for (String option : List.of("--no-pivot ", "")) {
                    String run = String.join(
                            " ",
                            bundle.command("run", "--bundle", bundle.directory().toString()));
                    Launcher.Result result = Launcher.execute(
                            List.of("unshare", "-m", "sh", "-c", stacked + run + " " + option + "box"), "");
                    assertEquals("in\n", result.out(), result.err());
                    assertTrue(result.err().contains("ermission denied"), result.err());
                }
            }
        }
    }

    @Test
    void no_pivot_a_proc_that_cannot_be_detached_ends_the_launch() throws IOException {
        Path hidden = Files.createDirectories(folder.resolve("hidden/proc"));
        try (OciBundle bundle = new OciBundle("true")) {
            String run = String.join(
                    " ",
                    bundle.command(
                            "run", "--no-pivot", "--bundle", bundle.directory().toString()));
            Launcher.Result result = Launcher.execute(
                            List.of(
                                    "unshare",
                                    "-m",
                                    "sh",
                                    "-c",
                                    "mount -t proc proc " + hidden + " && mount -t tmpfs x " + hidden.getParent()
                                            + " && " + run + " box"),
                            "")
                    .expect(1);
            assertTrue(result.errorLine().contains(hidden + " lies under another mount"), result.err());
        }
    }

    @Test
    void CVE_2019_19921_and_CVE_2023_27561_a_proc_that_is_exchanged_for_a_link_shows_nothing_that_is_masked()
            throws IOException {
        fakeProc();
        Path link = Files.createSymbolicLink(rootfs.resolve("link"), Path.of("fake"));
        // The default of ip_forward in a new network namespace depends on the host.
        String forward =
                Launcher.sh("cat /proc/sys/net/ipv4/ip_forward").expect(0).out().strip();
        expectMasked(forward, race(rootfs.resolve("proc"), link, "--command", "/bin/sh", "-c", LOOK));
    }

    /**
     * Prints masked files and parameters from every place where the kernel's proc may be mounted; the masks must apply
     * there.
     */
    private static final String LOOK = """
            for p in /proc /fake /link; do (
                cd $p 2>/dev/null && test -e self/status || exit
                stat -c %t:%T interrupts
                v=$(cat sys/kernel/panic)
                (echo $v > sys/kernel/panic) 2>/dev/null && echo written
                echo ip_forward $(cat sys/net/ipv4/ip_forward)
            ) done; true
            """;

    private static void expectMasked(String forward, List<String> outputs) {
        outputs.forEach(out -> assertTrue(out.matches("(1:3\nip_forward " + forward + "\n)*"), out));
    }

    @Test
    void CVE_2025_52881_settings_are_written_to_the_kernel_and_not_to_a_replaced_proc() throws IOException {
        Path fake = fakeProc();
        expectMasked(
                "1",
                race(
                        rootfs.resolve("proc"),
                        fake,
                        "--sysctl",
                        "net.ipv4.ip_forward=1",
                        "--command",
                        "/bin/sh",
                        "-c",
                        LOOK));
        for (String proc : List.of("proc", "fake")) {
            Path file = rootfs.resolve(proc).resolve("sys/net/ipv4/ip_forward");
            assertTrue(
                    Files.notExists(file) || Files.readString(file).equals("0\n"), "the fake one was not written to");
        }
    }

    @Test
    void CVE_2021_30465_and_CVE_2024_45310_a_mount_target_that_is_exchanged_for_a_link_leads_nowhere()
            throws IOException {
        Path target = Files.createDirectories(rootfs.resolve("made/target"));
        Path link = Files.createSymbolicLink(rootfs.resolve("made/link"), Path.of("../../outside"));
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.writeString(shared.resolve("file"), "shared\n");
        race(
                target,
                link,
                "--volume",
                shared + ":/made/target",
                "--volume",
                shared + ":/made/target/new/deep",
                "--volume",
                shared.resolve("file") + ":/made/target/made-file",
                "--tmpfs",
                "/made/target/t",
                "--workdir",
                "/made/target/w",
                "--command",
                "/bin/sh",
                "-c",
                "! cat /made/*/secret 2>/dev/null");
        Path absolute = Files.createSymbolicLink(rootfs.resolve("made/absolute"), outside);
        race(
                target,
                absolute,
                "--volume",
                shared + ":/made/target/new/deep",
                "--device",
                "/dev/zero:/made/target/zero",
                "--command",
                "/bin/sh",
                "-c",
                "! cat /made/*/secret 2>/dev/null");
    }

    @Test
    void CVE_2022_29162_a_file_with_inheritable_capabilities_gives_none() throws IOException {
        Path program = rootfs.resolve("program");
        Files.copy(Attempts.program(), program);
        Launcher.execute(List.of("chmod", "755", program.toString()), "").expect(0);
        assertEquals(
                "give-inheritable=ok\n",
                Launcher.execute(List.of(Attempts.program().toString(), "give-inheritable", program.toString()), "")
                        .expect(0)
                        .out());
        Map<String, String> me =
                Attempts.results(run("--new-privileges", "--user", "1000", "--command", "/program", "me")
                        .expect(0)
                        .out());
        assertEquals(List.of("0000000000000000", "0000000000000000"), List.of(me.get("CapPrm"), me.get("CapInh")));
    }

    @Test
    void CVE_2024_21626_no_descriptor_leads_out_by_the_working_directory_or_the_commands_path() throws IOException {
        String up = "/../../../../../../..";
        for (int descriptor = 3; descriptor < (Launcher.isNative() ? 30 : 9); descriptor++) {
            String at = "/proc/self/fd/" + descriptor;
            assertFalse(run("--workdir", at, "--command", "cat", "../outside/secret")
                    .out()
                    .contains("of the host"));
            for (String ephemeral : Launcher.isNative() ? List.of("--ephemeral", "--init") : List.of("--ephemeral")) {
                Launcher.Result result = run(ephemeral, "--command", at + up + Attempts.program(), "me");
                assertFalse(result.out().contains("euid="), at + " leads to the host's directories");
                assertTrue(result.exitCode() >= 125, result.out());
            }
        }
        assertEquals(
                "/\n0 1 2 3\n",
                run("--command", "/bin/sh", "-c", "readlink /proc/self/cwd; echo $(ls /proc/self/fd)")
                        .expect(0)
                        .out());
    }

    @Test
    void CVE_2025_31133_a_null_device_of_the_images_does_not_become_the_mask() throws IOException {
        Path dev = Files.createDirectories(folder.resolve("dev"));
        Path isNull = dev.resolve("null");
        Launcher.execute(List.of("mknod", isNull.toString(), "c", "1", "3"), "").expect(0);
        Path link = Files.createSymbolicLink(dev.resolve("link"), Path.of("/proc/sysrq-trigger"));
        Launcher.execute(List.of("sh", "-c", "rm -f $0/dev/null; ln -s /proc/sys $0/dev/null", rootfs.toString()), "");
        String look = "stat -c %t:%T /proc/interrupts; head -c 1 /proc/interrupts | wc -c";
        assertEquals(
                "1:3\n0\n", run("--command", "/bin/sh", "-c", look).expect(0).out());
        assertEquals(
                "1:3\n0\n",
                run("--volume", dev + ":/dev", "--command", "/bin/sh", "-c", look)
                        .expect(0)
                        .out());
        List<String> outputs = race(isNull, link, "--volume", dev + ":/dev", "--command", "/bin/sh", "-c", look);
        assertFalse(
                Launcher.isNative() && outputs.isEmpty(),
                "of so many some start between two exchanges; of a JVM's few" + " all may be refused");
        outputs.forEach(out -> assertEquals("1:3\n0\n", out));
        Path fake = Files.createDirectories(folder.resolve("fake"));
        Files.writeString(fake.resolve("null"), "fake\n");
        assertEquals(
                "1:3\n0\n",
                run("--volume", fake + ":/dev", "--command", "/bin/sh", "-c", look)
                        .expect(0)
                        .out(),
                "a /dev of the host's is left as it is, and is not what masks");
    }

    @Test
    void CVE_2025_52565_a_console_that_is_a_link_is_not_followed() throws IOException {
        Path dev = Files.createDirectories(folder.resolve("dev"));
        Files.createSymbolicLink(dev.resolve("console"), Path.of("/proc/self/status"));
        Launcher.Result result = run(
                        "-t", "--volume", dev + ":/dev", "--volume", "/dev/pts:/dev/pts", "--command", "true")
                .expect(125);
        assertTrue(
                result.errorLine().contains("/dev/console in the rootfs is a symbolic link; it must be a file"),
                result.err());
        Path own = Files.createDirectories(rootfs.resolve("dev"));
        Files.deleteIfExists(own.resolve("console"));
        Files.createSymbolicLink(own.resolve("console"), outside.resolve("secret"));
        assertTrue(
                run("-t", "--command", "/bin/sh", "-c", "tty; test -c /dev/console && stat -c %t /dev/console")
                        .expect(0)
                        .out()
                        .startsWith("/dev/pts/0\r\n88"),
                "the image's /dev is covered");
    }

    @Test
    void a_dev_that_is_a_link_is_refused_and_nothing_is_made_behind_it() throws IOException {
        Launcher.execute(List.of("rm", "-rf", rootfs.resolve("dev").toString()), "")
                .expect(0);
        for (Path target : List.of(outside, Path.of("../outside"), Path.of("/etc"))) {
            Path dev = Files.createSymbolicLink(rootfs.resolve("dev"), target);
            assertTrue(run("--command", "true")
                    .expect(125)
                    .errorLine()
                    .contains("/dev in the rootfs is a symbolic link; it must be a directory"));
            Files.delete(dev);
        }
        Path dev = Files.createDirectory(rootfs.resolve("dev"));
        Path link = Files.createSymbolicLink(rootfs.resolve("link"), Path.of("../outside"));
        race(dev, link, "--command", "/bin/true");
    }

    @Test
    void TIOCSTI_nothing_can_be_typed_into_the_callers_terminal() throws Exception {
        for (String options : List.of(
                "--no-tty", "--no-tty --user 1000", "--no-tty --seccomp unconfined", "-t", "-t --seccomp unconfined")) {
            try (Pty pty = new Pty()) {
                String run = String.join(" ", command()) + " " + options + " --volume " + Attempts.volume()
                        + " --command " + Attempts.INSIDE + " type pushed";
                Process process = pty.start(List.of("sh", "-c", run + "; echo ended; read line; echo \"got:$line\""));
                pty.expect("ended");
                pty.type("mine\r");
                pty.expect("got:");
                pty.expect("\r\n");
                assertTrue(process.waitFor(120, TimeUnit.SECONDS));
                assertTrue(pty.screen().contains("got:mine\r\n"), options + ": " + pty.screen());
                boolean inOwn = options.startsWith("-t") && options.contains("unconfined");
                assertEquals(inOwn, pty.screen().contains("TIOCSTI=ok"), options + ": " + pty.screen());
            }
        }
    }
}
