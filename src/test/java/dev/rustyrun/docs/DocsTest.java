package dev.rustyrun.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documentation can be checked: its commands are run by a test, its links exist, its messages occur in the program.
 */
class DocsTest {

    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Set<String> LANGUAGES = Set.of("sh", "console", "text", "toml", "yaml", "json", "ini");
    private static final int MIN_LENGTH = 8;

    /**
     * Blocks that no test runs as they are written, as page and first line, with what tests similar commands. All other
     * blocks in the language sh are run by DocsIT or, if they build, by .ci/run.
     */
    private static final List<String> NOT_RUN = List.of(
            // Run by the README tests of DocsIT.
            "README.md: # target/rustyrun-jvm run --rootfs root-file-systems/busybox-rootfs --command /bin/sh",
            "README.md: # rustyrun run --rootfs root-file-systems/busybox-rootfs --memory 64m --explain --command /bin/sh",
            // Run by .ci/run, with its own builder.
            "README.md: GRAALVM_HOME=/path/to/graalvm-or-mandrel-25 ./mvnw package -Dnative -DskipTests",
            "docs/native.md: GRAALVM_HOME=/path/to/graalvm-or-mandrel-25 ./mvnw package -Dnative -DskipTests",
            // Needs two builds. ExecutableOrderTest tests the classes that read the list.
            "docs/native.md: GRAALVM_HOME=/path/to/graalvm-or-mandrel-25 ./mvnw package -Dnative -DskipTests \\",
            // Run by .ci/run and PackagesIT.
            "docs/releases.md: ./mvnw package -Dnative -DskipTests && ./mvnw package -Prelease -DskipTests",
            "docs/releases.md: sudo apt install ./rustyrun_0.1.0_amd64.deb",
            // ServeIT reads such a log; no test collects traces.
            "docs/http.md: rustyrun serve --log-format json | jq -c 'select(.loggerName == \"rustyrun.launch\") | .mdc'",
            "docs/http.md: ./mvnw package -Popentelemetry -DskipTests",
            // CgroupIT runs the same class.
            "docs/cgroups.md: java -Djffi.boot.library.path=$PWD/target -cp target/test-classes:target/classes:CLASSPATH \\",
            // PodmanIT and ContainerdIT run such commands.
            "docs/oci.md: podman --runtime /usr/local/bin/rustyrun --cgroup-manager=cgroupfs run --rm IMAGE COMMAND");

    /** DocsIT runs this page line by line. */
    private static final String TUTORIAL = "docs/tutorial.md";

    /** Pages whose commands need a cluster. */
    private static final Set<String> NEED_A_CLUSTER = Set.of("docs/kubernetes.md", "docs/sidecar.md");

    @Test
    void every_block_says_what_it_is_and_the_commands_that_no_test_runs_are_these() {
        List<String> notRun = new ArrayList<>();
        for (Page page : Page.all(PROJECT)) {
            page.blocks()
                    .forEach(block -> assertTrue(
                            LANGUAGES.contains(block.language()) || NEED_A_CLUSTER.contains(page.name()),
                            () -> page.name() + ": \"" + block.language() + "\" is no language of ours: "
                                    + block.firstLine()));
            if (!NEED_A_CLUSTER.contains(page.name()) && !page.name().equals(TUTORIAL)) {
                page.blocks("console").forEach(block -> notRun.add(page.name() + ": " + block.firstLine()));
            }
        }
        assertEquals(
                NOT_RUN.stream().sorted().toList(), notRun.stream().sorted().toList());
    }

    @Test
    void every_package_is_in_the_table_of_the_design() throws IOException {
        String design = Files.readString(PROJECT.resolve("docs/design.md"));
        String table = design.substring(design.indexOf("## Packages"));
        try (Stream<Path> packages = Files.list(PROJECT.resolve("src/main/java/dev/rustyrun"))) {
            assertEquals(
                    List.of(),
                    packages.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString())
                            .filter(name -> !table.contains("`" + name + "`"))
                            .toList());
        }
    }

    @Test
    void links_lead_to_existing_files() {
        Pattern link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
        for (Page page : Page.all(PROJECT)) {
            Matcher links = link.matcher(page.text());
            while (links.find()) {
                Path target = PROJECT.resolve(page.name()).resolveSibling(links.group(1));
                assertTrue(Files.exists(target), () -> page.name() + " leads to " + target + ", which is not there");
            }
        }
    }

    @Test
    void each_message_in_troubleshooting_is_one_of_the_program() throws IOException {
        String program = program();
        List<String> messages = Page.named(PROJECT, "docs/troubleshooting.md")
                .text()
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(3, line.indexOf("` |")))
                .toList();
        assertTrue(messages.size() > 20, () -> "only " + messages);
        for (String message : messages) {
            for (String part : message.split("…")) {
                assertTrue(
                        part.length() < MIN_LENGTH
                                || program.contains(part.strip().replace("\"", "\\\"")),
                        () -> "\"" + part + "\" of \"" + message + "\" is in no source");
            }
        }
    }

    /** All source files, with concatenated string literals joined. */
    private static String program() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> sources = Files.walk(PROJECT.resolve("src/main/java"))) {
            for (Path source :
                    sources.filter(f -> f.toString().endsWith(".java")).toList()) {
                all.append(Files.readString(source).replaceAll("\"\\s*\\+\\s*\"", ""));
            }
        }
        return all.toString();
    }
}
