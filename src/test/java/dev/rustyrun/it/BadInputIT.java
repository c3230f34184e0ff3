package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** Wrong input gives one clear error line and an exit status, and leaves nothing behind. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
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

    @Test
    void a_limit_of_too_few_open_files_is_named() {
        List<String> command = new ArrayList<>(List.of("prlimit", "--nofile=64"));
        command.addAll(Launcher.runCommand("--command", "true"));
        String line = Launcher.execute(command, "").expect(125).errorLine();
        assertTrue(line.contains("raise the limit of open files: ulimit -n 1024"), line);
    }

    private static void expect(String words, String... arguments) {
        Launcher.Result result = Launcher.rustyrun(arguments).expectFailure();
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
        expect("nothing to run: pass an image, --rootfs DIR and a command", "run", "--command", "true");
    }

    @Test
    void C22_an_invalid_rootfs_is_refused_before_anything_is_made_in_it() throws IOException {
        expect("rootfs \"\" is empty", "run", "--rootfs", "", "--command", "true");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        for (String command : List.of("true", "/bin/true", "./true")) {
            expect("does not look like a root file system", "run", "--rootfs", empty.toString(), "--command", command);
        }
        try (var made = Files.list(empty)) {
            assertEquals(List.of(), made.toList());
        }
        // A root file system needs no more than one program.
        Files.copy(Launcher.busybox().resolve("bin/busybox"), empty.resolve("sh"));
        Launcher.execute(List.of("chmod", "755", empty.resolve("sh").toString()), "")
                .expect(0);
        Launcher.rustyrun("run", "--rootfs", empty.toString(), "--command", "/sh", "-c", "true")
                .expect(0);
    }

    @Test
    void C18_P7_numbers_that_are_none_or_too_small() {
        expectRun("--memory 64 is less than 512k", "--memory", "64");
        for (String option : List.of("--timeout", "--cpus")) {
            expectRun("rustyrun: " + option + ": '1s' is not a number such as 1.5", option, "1s");
        }
    }

    /** Runs a shell script in which {@code $b} contains a byte that is not valid UTF-8. */
    private Launcher.Result withByte(String script) {
        List<String> all = new java.util.ArrayList<>(List.of("sh", "-c", "b=$(printf 'a\\377b'); " + script));
        all.add(Launcher.command().get(0));
        all.add(Launcher.busybox().toString());
        all.add(folder.toString());
        return Launcher.execute(all, "");
    }

    @Test
    void C19_bytes_that_are_not_utf8_are_refused_by_every_interface() {
        String bundle = "\"$0\" spec --bundle $2 && sed -i \"s/\\[ .sh. ]/[ \\\"$b\\\" ]/\" $2/config.json && ";
        for (String script : List.of(
                "\"$0\" run --rootfs $1 --command echo \"$b\"",
                "\"$0\" run --rootfs $1 -e \"A=$b\" --command true",
                "\"$0\" run --rootfs $1 -v \"/tmp/$b:/data\" --command true",
                "\"$0\" run --rootfs \"/tmp/$b\" --command true",
                "A=$b \"$0\" run --rootfs $1 -e A --command true",
                "echo \"A=$b\" > $2/env; \"$0\" run --rootfs $1 --env-file $2/env --command true",
                bundle + "\"$0\" create --bundle $2 never-started")) {
            Launcher.Result refused = withByte(script).expectFailure();
            assertTrue(refused.errorLine().contains(" is not UTF-8"), script + refused.err());
        }
        assertTrue(withByte("\"$0\" list \"$b\"").err().contains("argument 2, \"a\\xffb\", is not UTF-8"));
    }

    @Test
    void C19_characters_reach_the_command_as_their_bytes_also_the_one_that_stands_for_none() {
        String echo =
                "printf '\\303\\251\\357\\277\\275' > $2/word; A=$(cat $2/word) \"$0\" run --rootfs $1 -e A --command"
                        + " sh -c 'printf \"$0$A\"' \"$(cat $2/word)\" | od -An -tx1";
        assertEquals(
                " c3 a9 ef bf bd c3 a9 ef bf bd\n", withByte(echo).expect(0).out());
    }

    @Test
    void C21_C35_without_a_working_directory_or_a_library_there_is_one_line() throws IOException {
        String gone = folder.resolve("gone").toString();
        for (List<String> words :
                List.of(List.of("--rootfs", Launcher.busybox().toString(), "-v", ".:/x"), List.of("--rootfs", "./r"))) {
            List<String> all = new java.util.ArrayList<>(
                    List.of("sh", "-c", "mkdir \"$0\"; cd \"$0\"; rmdir \"$0\"; exec \"$@\"", gone));
            all.addAll(Launcher.command("run"));
            all.addAll(words);
            all.addAll(List.of("--command", "true"));
            Launcher.Result result = Launcher.execute(all, "").expect(125);
            assertTrue(result.errorLine().contains("the working directory was deleted"), result.err());
        }
        Path alone = Files.copy(Path.of(Launcher.command().get(0)), folder.resolve("alone"));
        Launcher.execute(List.of("chmod", "755", alone.toString()), "").expect(0);
        String line = Launcher.execute(List.of(alone.toString(), "list"), "")
                .expect(125)
                .errorLine();
        assertTrue(line.contains("libjffi") && line.contains("is not beside the executable"), line);
        for (String word : List.of("version", "--help", "--version")) {
            assertTrue(Launcher.execute(List.of(alone.toString(), word), "")
                    .expect(0)
                    .out()
                    .contains("rustyrun"));
        }
    }

    @Test
    void P2_a_mistyped_word_gets_a_suggestion() {
        expect("did you mean list or ls", "lst");
        expect("omit the word container: rustyrun list", "container", "ls");
        expect("--volume DIR:PATH", "volume", "ls");
        expect("rustyrun image prune", "system", "prune");
        expect("such as with buildah", "image", "build", ".");
        expect("run it again", "restart", "web");
        expect("pause and resume keep the container in memory", "checkpoint", "web");
        expect("pause and resume keep the container in memory", "--criu", "/usr/bin/criu", "restore", "web");
        expect("--net private with --publish", "run", "-P", "alpine");
        expect("rustyrun load reads its archives", "build");
        expect("rustyrun --host ADDRESS info", "info");
        expect("run --net private", "network", "ls");
        expect("rustyrun image history IMAGE", "history", "alpine");
        expect("rustyrun image inspect IMAGE", "image", "exists", "alpine");
        expect("--status STATUS and --label", "ps", "--filter", "name=x");
        expect("-f means --format here, not a filter", "images", "-f", "dangling=true");
        expect("rustyrun image prune removes", "images", "--filter=dangling=true");
        expect("rustyrun login REGISTRY", "pull", "--creds", "a:b", "alpine");
        expect("rustyrun login REGISTRY", "run", "--creds", "a:b", "alpine");
        expect("rustyrun pull has this option", "run", "--tls-verify=false", "alpine");
        expect("rustyrun rm --force ID", "run", "--replace", "--name", "web", "alpine");
        expect("rustyrun logs --follow ID", "start", "-a", "web");
        expect("--pull requires an image", "run", "--pull", "always", "--rootfs", "/", "x");
        expect("must be one program, not a list", "run", "--entrypoint", "[\"ls\", \"/\"]", "--rootfs", "/", "x");
        expect("use --net private instead of docker's bridge", "run", "--net", "bridge", "--rootfs", "/", "x");
        expect("select output with --since TIME", "logs", "-t", "web");
        expect("--input FILE", "load", "images.tar");
        expect("did you mean --memory", "run", "--memroy", "1m");
        expect("did you mean --read-only", "run", "--readonly");
    }

    @Test
    void C33_options_that_need_a_waiting_run_are_refused_with_detach() {
        expectRun("--result needs a process that waits", "-d", "--result", "/tmp/never");
        expectRun("--trace cannot be used with --detach", "-d", "--trace");
    }

    @Test
    void C34_the_word_after_ephemeral_is_its_size_only_if_it_is_one() {
        String rootfs = Launcher.busybox().toString();
        for (List<String> words : List.of(
                List.of("--ephemeral"),
                List.of("--ephemeral", "1m"),
                List.of("--ephemeral=1m"),
                List.of("--ephemeral", "50%"))) {
            List<String> all = new java.util.ArrayList<>(List.of("run", "--rootfs", rootfs));
            all.addAll(words);
            all.addAll(List.of("sh", "-c", "echo ran"));
            assertEquals(
                    "ran\n",
                    Launcher.rustyrun(all.toArray(String[]::new)).expect(0).out());
        }
        expectRun("is not a size such as 64m", "--ephemeral=sh");
    }

    @Test
    void C28_failed_output_is_an_error() {
        for (String command : List.of("version", "list", "doctor", "--help")) {
            for (String out : List.of("> /dev/full", ">&-")) {
                Launcher.Result result = Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "\"$0\" " + command + " " + out,
                                Launcher.command().get(0)),
                        "");
                assertTrue(result.exitCode() != 0, command + " " + out);
            }
        }
        Launcher.execute(
                        List.of(
                                "sh",
                                "-c",
                                "\"$0\" run --rootfs \"$1\" --command true >&-",
                                Launcher.command().get(0),
                                Launcher.busybox().toString()),
                        "")
                .expect(0);
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
        expectRun("environment variable \"=x\" is neither NAME=VALUE nor NAME", "--env", "=x");
        expectRun("environment variable \"\" is neither NAME=VALUE nor NAME", "--env", "");
    }

    @Test
    void user() {
        expectRun("unknown user \"nosuchuser\"", "--user", "nosuchuser");
        expectRun("unknown group \"nosuchgroup\"", "--user", "0:nosuchgroup");
        expectRun("is not a number from 0 to 4294967294", "--user", "4294967296");
        expectRun("unknown user \"-1\"", "--user=-1");
    }

    @Test
    void mounts() {
        expectRun("is not SOURCE:TARGET", "--volume", "/tmp");
        expectRun("has no target", "--mount", "type=bind,source=/tmp");
        expectRun("is not bind, tmpfs or cgroup", "--mount", "type=nfs,source=/tmp,target=/x");
        expectRun("unknown option sideways", "--volume", "/tmp:/x:sideways");
        expectRun("is not an absolute path", "--volume", "/tmp:x");
        expectRun("climbs out of the rootfs with ..", "--volume", "/tmp:/a/../../x");
        expectRun("climbs out of the rootfs with ..", "--tmpfs", "/../x");
    }

    @Test
    void options() {
        expectRun("--userns \"keep-id\" must be one of auto, new, host, container:ID", "--userns", "keep-id");
        expectRun("unknown option --nonsense", "--nonsense");
        expect("unknown command \"nonsense\"", "help", "nonsense");
        expectRun("--net", "--net", "wrong");
        expectRun("hostname \"a b\"", "--hostname", "a b");
        expectRun("working directory \"here\" is not an absolute path", "--workdir", "here");
        expect("a command is missing");
        expect("unknown command \"walk\"", "walk");
    }

    @Test
    void C3_a_mount_target_behind_a_link_is_made_inside_and_nothing_outside() throws IOException {
        Path rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.createSymbolicLink(rootfs.resolve("relative"), Path.of("../outside"));
        Files.createSymbolicLink(rootfs.resolve("absolute"), outside);
        Files.createSymbolicLink(rootfs.resolve("file"), outside.resolve("file"));
        for (String target : List.of("/relative/x", "/absolute/x", "/relative", "/absolute", "/file")) {
            for (String source : List.of("/etc", "/etc/passwd")) {
                boolean isFile = source.equals("/etc/passwd");
                String shown = isFile ? target : target + "/passwd";
                Path made = rootfs.resolve(
                        target.startsWith("/relative")
                                ? "outside"
                                : outside.toString().substring(1));
                Launcher.execute(List.of("rm", "-rf", made.toString()), "").expect(0);
                Launcher.rustyrun(
                                "run",
                                "--rootfs",
                                rootfs.toString(),
                                "--volume",
                                source + ":" + target,
                                "--command",
                                "grep",
                                "-q",
                                "root:",
                                shown)
                        .expect(0);
                assertTrue(Files.exists(made), target + " is made at " + made);
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
        for (String word : List.of("child", "store", "proxy", "monitor")) {
            assertEquals(
                    "rustyrun: " + word + " is a stage that rustyrun run starts, not a command\n",
                    Launcher.rustyrun(word).expect(125).err());
        }
    }

    /**
     * S19: a file that is not regular is reported at once. If Rustyrun waited for it, Launcher's timeout would fail the
     * test.
     */
    @Test
    void S19_a_fifo_or_another_special_file_does_not_block() throws IOException {
        Path fifo = folder.resolve("fifo");
        Launcher.execute(List.of("mkfifo", "-m", "600", fifo.toString()), "").expect(0);
        Path bundle = Files.createDirectory(folder.resolve("bundle"));
        Path config = bundle.resolve("config.json");
        String rootfs = Launcher.busybox().toString();

        Files.createSymbolicLink(config, fifo);
        expect("is a FIFO, not a regular file", "run", "--bundle", bundle.toString(), "web");
        expect("is a FIFO, not a regular file", "create", "--bundle", bundle.toString(), "web");
        Files.delete(config);
        Files.createSymbolicLink(config, Path.of("/dev/zero"));
        expect("is a device, not a regular file", "run", "--bundle", bundle.toString(), "web");
        Files.delete(config);
        Files.createDirectory(config);
        expect("EISDIR", "run", "--bundle", bundle.toString(), "web");
        Files.delete(config);
        try (var sparse = new java.io.RandomAccessFile(config.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        expect("has more than", "run", "--bundle", bundle.toString(), "web");

        for (String option : List.of("--net", "--ipc", "--uts")) {
            expectRun("setns", option, "path:" + fifo);
        }
        expectRun("EINVAL", "--pid", "path:" + fifo);
        expectRun("is a FIFO", "--seccomp", fifo.toString());
        expectRun("is a device", "--seccomp", "/dev/zero");
        expect("ENXIO", "--log", fifo.toString(), "run", "--rootfs", rootfs, "true");
        expect("EISDIR", "--log", folder.toString(), "run", "--rootfs", rootfs, "true");
        expect("is a FIFO", "update", "--resources", fifo.toString(), "web");
        String server = "--host=unix:///nowhere";
        expect("is a FIFO", server, "--token-file", fifo.toString(), "list");
        expect("is a FIFO", "--host=https://localhost:1", "--tls-ca", fifo.toString(), "list");
        for (String option : List.of("--tls-cert", "--tls-key")) {
            expect(
                    "is a FIFO, not a regular file",
                    "serve",
                    option,
                    fifo.toString(),
                    option.equals("--tls-key") ? "--tls-cert" : "--tls-key",
                    "/etc/passwd");
        }
        expect("is a FIFO", "serve", "--token-file", fifo.toString());
    }

    /** S22: no command reads further arguments from a file when an argument begins with @. */
    @Test
    void S22_no_argument_names_a_file_with_arguments() throws IOException {
        Path words = Files.writeString(folder.resolve("words"), "--secret\n");
        String at = "@" + words;
        String rootfs = Launcher.busybox().toString();
        String[] odd = {at, "@" + folder, "@@x", "@", "'q'", "\"q\"", "${sys:user.home}", "@|red x|@", "--", "-x", "run"
        };
        List<String> expected = List.of(odd);
        for (List<String> start : List.of(
                List.of("run", "--rootfs", rootfs, "--command", "/bin/sh"),
                List.of("run", "--rootfs", rootfs, "/bin/sh"))) {
            List<String> all = new java.util.ArrayList<>(start);
            all.addAll(List.of("-c", "for w; do echo \"$w\"; done", "sh"));
            all.addAll(expected);
            assertEquals(
                    expected,
                    Launcher.rustyrun(all.toArray(String[]::new))
                            .expect(0)
                            .out()
                            .lines()
                            .toList());
        }
        assertEquals(
                at + " ${sys:user.home}\n",
                Launcher.run("-e", "A=" + at, "-e", "B=${sys:user.home}", "--command", "sh", "-c", "echo $A $B")
                        .out());
        for (String command : List.of(
                "exec",
                "ps",
                "state",
                "start",
                "kill",
                "delete",
                "pause",
                "resume",
                "update",
                "events",
                "create",
                "doctor",
                "version",
                "serve",
                "list",
                "gc",
                "features",
                "health",
                "spec")) {
            Launcher.Result result = Launcher.rustyrun(command, at);
            assertFalse(result.err().contains("--secret"), result.err());
            assertTrue(result.exitCode() != 0, command + result.out());
        }
        for (String command :
                List.of("exec", "ps", "attach", "logs", "kill", "delete", "wait", "stats", "list", "run")) {
            Launcher.Result result = Launcher.rustyrun("--host", "unix:///nowhere", command, at, "true")
                    .expectFailure();
            assertFalse(result.err().contains("--secret"), result.err());
        }
    }

    @Test
    void S22_names_from_other_users_cannot_control_the_terminal() {
        Launcher.Result result =
                Launcher.rustyrun("state", "\033]0;title\007\u009b2J").expect(1);
        assertTrue(result.errorLine().contains("\\x1b]0;title\\x07\\x9b2J"), result.err());
    }

    @Test
    void C30_a_message_about_a_huge_argument_is_cut() {
        String huge = "x".repeat(120_000);
        for (Launcher.Result result : List.of(
                Launcher.run("--command", "/" + huge),
                Launcher.run("--command", huge),
                Launcher.run("--hostname", huge, "--command", "true"),
                Launcher.run("--" + huge),
                Launcher.rustyrun(huge),
                Launcher.rustyrun("state", huge),
                Launcher.rustyrun("--host", "http://" + huge, "list"))) {
            assertTrue(result.errorLine().length() < 5000, () -> result.err().length() + " characters");
            result.expectFailure();
        }
    }
}
