package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.docs.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the documentation's commands as they are written: the sh blocks of a page in order, in one shell, in an empty
 * folder with the root file systems in it. Build commands are run by {@code .ci/run} instead.
 */
class DocsIT {

    private static final Path PROJECT = Launcher.baseDirectory();

    @TempDir
    Path folder;

    @BeforeAll
    static void needs_root_and_the_programs_that_the_pages_use() {
        Launcher.requireRoot();
        for (String program : List.of("curl", "jq", "openssl")) {
            Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/" + program)), program + " is not installed");
        }
    }

    @NativeOnly("exec needs the native binary, and the many commands take a second each on a JVM")
    @Test
    void the_commands_of_docs_cli_work() throws IOException {
        Launcher.Result result = run("docs/cli.md");
        assertTrue(result.out().contains("ended with 137"), result.out());
        assertTrue(result.out().contains("true"), result.out());
    }

    @NativeOnly("exec needs the native binary, and the many commands take a second each on a JVM")
    @Test
    void the_commands_of_docs_http_work() throws IOException {
        Launcher.Result result = run("docs/http.md");
        assertTrue(result.out().contains("\"hello\\n\""), result.out());
        assertTrue(Files.exists(folder.resolve("here/now")), "the file was copied into the container and back");
    }

    @Test
    void the_commands_of_the_other_pages_work() throws IOException {
        for (Page page : Page.all(PROJECT)) {
            if (!List.of("docs/cli.md", "docs/http.md", "docs/kubernetes.md", "docs/sidecar.md")
                    .contains(page.name())) {
                run(page.name());
            }
        }
    }

    @Test
    void the_session_in_the_readme_works_as_described() throws IOException {
        Page.Block session = Page.named(PROJECT, "README.md").blocks("console").get(0);
        String input = session.text()
                .lines()
                .filter(line -> line.startsWith("/ # "))
                .map(line -> line.substring(4) + "\n")
                .collect(Collectors.joining());
        Path rootfs = folder.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        Launcher.Result result = Launcher.execute(
                        Launcher.command("run", "--rootfs", rootfs.toString(), "--command", "/bin/sh"), input)
                .expect(0);
        assertTrue(
                input.contains("hostname\n") && input.contains("ps aux\n") && input.contains("touch /hello.txt\n"),
                input);
        assertTrue(
                result.out().startsWith("rustyrun-container\nPID   USER     COMMAND\n    1 root     /bin/sh\n"),
                result.out());
        assertEquals(4, result.out().lines().count(), result.out());
        assertTrue(Files.exists(rootfs.resolve("hello.txt")), "hello.txt is on the host");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_plan_in_the_readme_is_the_one_that_explain_prints() throws IOException {
        Page.Block plan = Page.named(PROJECT, "README.md").blocks("console").get(1);
        assertTrue(plan.firstLine().contains("--memory 64m --explain --command /bin/sh"), plan.firstLine());
        String printed = Launcher.run("--memory", "64m", "--explain", "--command", "/bin/sh")
                .expect(0)
                .out();
        List<String> steps = plan.text()
                .lines()
                .skip(1)
                .map(line -> line.replaceFirst("^[ 0-9]+", ""))
                .filter(line -> !line.contains("…") && !line.contains("make cgroup"))
                .toList();
        assertTrue(steps.size() > 10, plan::text);
        steps.forEach(step -> assertTrue(printed.contains(step), () -> step + "\nis not in\n" + printed));
    }

    @NativeOnly("the last steps need a user namespace, which a JVM cannot enter")
    @Test
    void the_tutorial_works_as_described() throws IOException {
        String setUp = "rr() { " + String.join(" ", Launcher.command("run", "--rootfs")) + " " + Launcher.busybox()
                + " \"$@\"; }\n";
        int commands = 0;
        for (Page.Block block : Page.named(PROJECT, "docs/tutorial.md").blocks("console")) {
            String output = "";
            for (String line : block.text().lines().toList()) {
                if (line.startsWith("# rr ")) {
                    commands++;
                    Launcher.Result result =
                            Launcher.execute(List.of("sh", "-c", setUp + line.substring(2) + " 2>&1"), "");
                    output = result.out();
                } else if (!line.startsWith("#")) {
                    List<String> words = List.of(output.split("\\s+"));
                    for (String word : line.strip().split("\\s+")) {
                        String all = output;
                        assertTrue(word.contains("...") || words.contains(word), () -> line + "\nis not\n" + all);
                    }
                }
            }
        }
        assertTrue(commands >= 9, "only " + commands);
    }

    private Launcher.Result run(String page) throws IOException {
        String commands = Page.named(PROJECT, page).blocks("sh").stream()
                .map(Page.Block::text)
                .filter(text -> !text.contains("mvnw"))
                .collect(Collectors.joining("\n"));
        if (commands.isEmpty()) {
            return new Launcher.Result(0, "", "");
        }
        // Without " &": src/test/docs/run starts "rustyrun serve" in the background itself and waits until it is ready.
        Files.writeString(folder.resolve("commands"), commands.replaceAll("(?m) &( +#.*)?$", ""));
        return Launcher.execute(
                        List.of(
                                "sh",
                                PROJECT.resolve("src/test/docs/run").toString(),
                                folder.toString(),
                                Launcher.command().get(0),
                                Launcher.busybox().toString()),
                        "")
                .expect(0);
    }
}
