package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.cli.common.Table;
import dev.rustyrun.container.ContainerReport;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun list}: prints the containers. */
@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints the containers.")
final class ListCommand implements ContainerCommand {

    private static final List<String> HEADINGS = List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "The form (default: ${DEFAULT-VALUE}).")
    private String format;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only their ids.")
    private boolean quiet;

    @Option(
            names = {"-a", "--all"},
            description = "Accepted for docker's sake, and of no effect: all are printed.")
    private boolean all;

    @Override
    public int perform(CommandContext context) {
        if (!format.matches("table|json")) {
            throw new InvalidSpecException("--format \"" + format + "\" is neither table nor json");
        }
        List<ContainerReport> reports = context.engine().reports();
        StringBuilder text = new StringBuilder();
        if (quiet) {
            reports.forEach(report -> text.append(report.state().id()).append('\n'));
        } else {
            text.append(format.equals("json") ? json(reports) + "\n" : table(reports));
        }
        System.out.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        return 0;
    }

    private static String json(List<ContainerReport> reports) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        reports.forEach(report -> array.add(report.json()));
        return array.toString();
    }

    private static String table(List<ContainerReport> reports) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        for (ContainerReport report : reports) {
            lines.add(List.of(
                    report.state().id(),
                    Integer.toString(report.pid()),
                    report.word(),
                    report.state().origin().bundle(),
                    report.state().created(),
                    report.owner()));
        }
        return Table.of(lines);
    }
}
