package dev.rustyrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.cli.CliDoor;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.FilesRequest;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The tables of options and fields in docs/ match the code. With {@code -Drustyrun.docs=write} this test writes the
 * tables instead of comparing them.
 */
class OptionTablesTest {

    private static final boolean WRITE = "write".equals(System.getProperty("rustyrun.docs"));

    private static final Map<String, List<Class<?>>> BODIES = Map.of(
            "fields of run", List.of(LaunchRequest.class, InputRequest.class, FilesRequest.class),
            "fields of containers", List.of(ContainerRequest.class),
            "fields of exec", List.of(ExecRequest.class, InputRequest.class));

    @ParameterizedTest
    @ValueSource(strings = {"fields of run", "fields of containers", "fields of exec"})
    void the_tables_of_fields_are_current(String table) throws IOException {
        StringBuilder text = new StringBuilder("| Field | Meaning | Default |\n|---|---|---|\n");
        for (Class<?> request : BODIES.get(table)) {
            for (RequestFields.Entry entry : RequestFields.of(request)) {
                text.append(row("`" + entry.json() + "`", entry.meaning(), entry.defaultText()));
            }
        }
        check(Path.of("docs/http.md"), table, text.toString());
    }

    @Test
    void the_tables_of_options_are_current() throws IOException {
        for (Map.Entry<String, List<OptionSpec>> group : CliDoor.groups().entrySet()) {
            String text = "| Option | What it does |\n|---|---|\n"
                    + group.getValue().stream()
                            .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
                            .map(option -> row("`" + words(option) + "`", description(option)))
                            .collect(Collectors.joining());
            check(Path.of("docs/cli.md"), "options of run: " + group.getKey(), text);
        }
    }

    private static String words(OptionSpec option) {
        String names = String.join(", ", option.names());
        if (option.negatable()) {
            return names + ", "
                    + option.longestName()
                            .replaceFirst("--(no-)?", option.longestName().startsWith("--no-") ? "--" : "--no-");
        }
        String label = option.paramLabel();
        return option.arity().max() == 0
                ? names
                : names + (option.arity().min() == 0 ? "[=" + label + "]" : " " + label);
    }

    private static String description(OptionSpec option) {
        String text = String.join(" ", option.description());
        return text.replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()));
    }

    private static String row(String... cells) {
        return "| "
                + List.of(cells).stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | "))
                + " |\n";
    }

    private static void check(Path page, String table, String expected) throws IOException {
        String text = Files.readString(page);
        String begin = "<!-- " + table + ": OptionTablesTest -->\n";
        String end = "<!-- end -->\n";
        int from = text.indexOf(begin);
        assertTrue(from >= 0, page + " has no table \"" + table + "\"");
        from += begin.length();
        int to = text.indexOf(end, from);
        if (WRITE) {
            Files.writeString(page, text.substring(0, from) + expected + text.substring(to));
        } else {
            assertEquals(
                    expected,
                    text.substring(from, to),
                    page + ": run mvn test -Dtest=OptionTablesTest -Drustyrun.docs=write");
        }
    }
}
