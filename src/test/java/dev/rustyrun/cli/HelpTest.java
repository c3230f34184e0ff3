package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.cli.remote.ClientMain;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The help of the launching commands, as new users read it. */
class HelpTest {

    private static final int MOST_SYNOPSIS = 4;

    private static List<String> help(String host, String name, int width) {
        CommandLine model = host.isEmpty() ? CommandLineMain.Commands.MODEL : ClientMain.model();
        CommandLine command = model.getSubcommands().get(name);
        command.setUsageHelpWidth(width);
        return command.getUsageMessage(Ansi.OFF).lines().toList();
    }

    @ParameterizedTest
    @CsvSource({
        "'',run,Files and devices:,Limits:",
        "'',create,Options:,From a bundle:",
        "'',exec,The command:,Privileges:",
        "'',serve,Options:,Who can connect:",
        "'--host URL ',run,Files and devices:,Limits:",
        "'--host URL ',run,As in docker and podman:,Namespaces:",
        "'--host URL ',exec,Options:,The command:"
    })
    void P5_it_is_grouped_begins_with_a_short_synopsis_and_ends_with_lines_to_paste(
            String host, String name, String group, String other) {
        for (int width : new int[] {60, 80, 120}) {
            List<String> lines = help(host, name, width);
            String whole = String.join("\n", lines);
            assertTrue(lines.stream().allMatch(line -> line.length() <= width), whole);
            int options = IntStream.range(0, lines.size())
                    .filter(line -> lines.get(line).startsWith("      ")
                            || lines.get(line).startsWith("  -"))
                    .findFirst()
                    .orElseThrow();
            long synopsis = lines.stream()
                    .limit(options)
                    .filter(line -> line.contains("rustyrun " + host + name))
                    .count();
            assertTrue(synopsis >= 1 && synopsis <= MOST_SYNOPSIS, whole);
            assertTrue(lines.containsAll(List.of(group, other)), whole);
            assertEquals(
                    2,
                    List.of(group, other).stream()
                            .map(lines::indexOf)
                            .distinct()
                            .count());
        }
        List<String> usual = help(host, name, 80);
        int examples = usual.indexOf("Examples:");
        assertTrue(examples > 0, String.join("\n", usual));
        // A line that continues on the next one ends with a backslash, as the shell requires.
        for (int line = examples + 1; line < usual.size(); line++) {
            boolean isContinued = usual.get(line - 1).endsWith("\\");
            assertTrue(
                    isContinued || usual.get(line).matches("  (rustyrun|curl|tar c .* rustyrun) .*"), usual.get(line));
        }
    }
}
