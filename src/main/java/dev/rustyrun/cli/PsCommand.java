package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.container.Running;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun ps}: prints the processes of a container, as the host numbers them. */
@Command(
        name = "ps",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints the processes of a container, as the host numbers them.",
        footer = {
            "",
            "Options come before the id; what follows it goes to ps(1).",
            "",
            "Example:",
            "  rustyrun ps web -e -o pid,args"
        })
final class PsCommand implements ContainerCommand {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(
            index = "1..*",
            paramLabel = "PS-OPTIONS",
            arity = "0..*",
            description = "Options of ps(1) (default: -ef).")
    private List<String> options = List.of("-ef");

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "As ps(1) prints them, or only their ids in JSON (default: ${DEFAULT-VALUE}).")
    private String format;

    private int column = -1;

    @Override
    public int perform(CommandContext context) {
        List<Integer> processes = Running.processes(context.store(), id);
        if (format.equals("json")) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            processes.forEach(array::add);
            System.out.println(array);
        } else if (format.equals("table")) {
            ps(context).forEach(line -> print(line, processes));
        } else {
            throw new InvalidSpecException("--format \"" + format + "\" is neither table nor json");
        }
        return 0;
    }

    /** The heading tells which column holds the process id. */
    private void print(String line, List<Integer> processes) {
        List<String> fields = List.of(line.strip().split("\\s+"));
        if (column < 0) {
            column = fields.indexOf("PID");
            if (column < 0) {
                throw new InvalidSpecException("ps " + String.join(" ", options) + " prints no column PID");
            }
        } else if (column >= fields.size()
                || processes.stream().noneMatch(pid -> fields.get(column).equals(pid.toString()))) {
            return;
        }
        System.out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Read through a pipe of ours: this process may have one thread only. */
    private List<String> ps(CommandContext context) {
        List<String> argv = new ArrayList<>(List.of("ps"));
        argv.addAll(options);
        var linux = context.linux();
        int[] pipe = linux.pipe();
        int process = linux.spawnCommand("/bin/ps", argv, List.of(), -1, pipe[1]);
        linux.close(pipe[1]);
        String text = linux.readText(pipe[0], Integer.MAX_VALUE);
        linux.close(pipe[0]);
        if (linux.await(process).exitCode() != 0) {
            throw new InvalidSpecException("ps " + String.join(" ", options) + " failed");
        }
        return text.lines().toList();
    }
}
