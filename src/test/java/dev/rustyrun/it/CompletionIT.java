package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completion for bash, zsh and fish, requested as these shells request it. Needs root, zsh and fish. */
@NativeOnly("the same code runs on a JVM, many times slower")
class CompletionIT {

    @TempDir
    static Path folder;

    private static MountedStore mounted;
    private static Server server;
    private static String served;

    @BeforeAll
    static void prepare() throws Exception {
        Launcher.requireRoot();
        mounted = new MountedStore();
        TestImages images = new TestImages(mounted.store);
        images.add("tools", "{}", List.of(mounted.tar("touch file")));
        images.add("other", "{}", List.of(mounted.tar("touch file")));
        server = Server.start("--data-folder", folder.resolve("served").toString(), "--warm", "0");
        served = Launcher.rustyrun("--host", server.url(), "run", "-d", "--rootfs", "busybox", "sleep", "4711")
                .expect(0)
                .out()
                .strip();
        Launcher.rustyrun(rooted(
                        "run",
                        "-d",
                        "--name",
                        "web1",
                        "--ephemeral",
                        "--rootfs",
                        Launcher.busybox().toString(),
                        "sleep",
                        "4711"))
                .expect(0);
        Launcher.rustyrun(rooted(
                        "run",
                        "-d",
                        "--name",
                        "web2",
                        "--ephemeral",
                        "--rootfs",
                        Launcher.busybox().toString(),
                        "true"))
                .expect(0);
        Launcher.rustyrun(rooted("wait", "web2")).expect(0);
        Path program = folder.resolve("rustyrun");
        Files.writeString(program, "#!/bin/sh\nexec '" + String.join("' '", Launcher.command()) + "' \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterAll
    static void remove() throws Exception {
        Launcher.rustyrun(rooted("delete", "--force", "--regex", "."));
        if (server != null) {
            Launcher.rustyrun("--host", server.url(), "rm", "-f", served);
            server.close();
        }
        if (mounted != null) {
            mounted.close();
        }
    }

    private static String store() {
        return folder.resolve("store").toString();
    }

    private static String[] rooted(String... words) {
        List<String> all = new ArrayList<>(List.of("--root", store()));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    /** The output of a script in {@code shell}, with the image store and with the program in PATH. */
    private static List<String> say(String shell, String script) {
        List<String> words = new ArrayList<>(mounted.command("x"));
        List<String> command = new ArrayList<>(
                words.subList(0, words.size() - Launcher.command("x").size()));
        command.addAll(List.of("env", "PATH=" + folder + ":" + System.getenv("PATH"), "HOME=" + folder, shell));
        command.addAll(shell.equals("fish") ? List.of("--no-config", "-c", script) : List.of("-c", script));
        return Launcher.execute(command, "").expect(0).out().lines().toList();
    }

    private static List<String> bash(String... lines) {
        StringBuilder script = new StringBuilder("""
                source <(rustyrun completion bash)
                complete -p rustyrun
                ask() {
                    COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
                    _rustyrun rustyrun 2> /dev/null
                    echo "${COMPREPLY[*]}"
                }
                """);
        Arrays.stream(lines).forEach(line -> script.append("ask '").append(line).append("'\n"));
        List<String> said = say("bash", script.toString());
        assertEquals("complete -o default -F _rustyrun rustyrun", said.get(0));
        return said.subList(1, said.size());
    }

    @Test
    void bash_completes_commands_options_and_values() {
        assertEquals(
                List.of(
                        "login logout logs",
                        "--rootfs",
                        "--read-only",
                        "always missing never",
                        "always",
                        "running",
                        "prune",
                        "KILL",
                        "path:",
                        "bash fish zsh",
                        ""),
                bash(
                        "rustyrun log",
                        "rustyrun run --ro",
                        "rustyrun run --rootfs x --read",
                        "rustyrun run --pull ",
                        "rustyrun run --pull=a",
                        "rustyrun list --status ru",
                        "rustyrun image pr",
                        "rustyrun kill -s KI",
                        "rustyrun run --net pa",
                        "rustyrun completion ",
                        "rustyrun run tools l"));
    }

    @Test
    void bash_completes_containers_and_images() throws IOException {
        String root = "rustyrun --root " + store() + " ";
        assertEquals(
                List.of("web1 web2", "web1", "web1: web2:", "web1", "other tools", "tools", "tools", "", ""),
                bash(
                        root + "logs w",
                        root + "exec ",
                        root + "cp we",
                        root + "run --net container:w",
                        "rustyrun run ",
                        "rustyrun run -it to",
                        "rustyrun rmi to",
                        "rustyrun run --rootfs x ",
                        "rustyrun --host unix:///nowhere logs "));
    }

    @Test
    void bash_completes_what_a_service_has() {
        assertEquals(
                List.of(served, served, "info inspect"),
                bash(
                        "rustyrun --host " + server.url() + " logs ",
                        "rustyrun --host " + server.url() + " exec " + served.substring(0, 5),
                        "rustyrun --host " + server.url() + " in"));
    }

    @Test
    void fish_and_zsh_ask_the_same() {
        String root = "rustyrun --root " + store() + " ";
        assertEquals(
                List.of("login", "logout", "logs", "web1"),
                say(
                        "fish",
                        "rustyrun completion fish | source; complete -C 'rustyrun log'; complete -C '" + root
                                + "exec '"));
        assertEquals(List.of("-S  --", "-- login logout logs", "-S  -- web1: web2:", "--"), say("zsh", """
                        compdef() { : }
                        source <(rustyrun completion zsh)
                        compadd() { print -- "$*" }
                        words=(rustyrun log) CURRENT=2; _rustyrun
                        words=(rustyrun --root %s cp '') CURRENT=5; _rustyrun
                        """.formatted(
                        store())));
    }
}
