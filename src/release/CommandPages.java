import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes, of the program's own commands, the sources of the man pages and the completion for bash and zsh:
 * {@code java -cp CLASS-PATH CommandPages.java DIR}.
 */
final class CommandPages {

    private static final String CLIENT_PAGE = "rustyrun-host";
    private static final int WIDE = 10_000;

    private CommandPages() {
    }

    public static void main(String[] args) throws Exception {
        Path pages = Files.createDirectories(Path.of(args[0], "man-source"));
        CommandLine program = command("dev.rustyrun.cli.RustyrunCommand");
        CommandLine client = command("dev.rustyrun.cli.remote.ClientCommand");
        write(pages, program);
        // As pages of their own: run and others take other options when a server performs them.
        write(pages, client.setCommandName(CLIENT_PAGE));
        try (Stream<Path> written = Files.list(pages)) {
            for (Path page : written.toList()) {
                Files.writeString(page, corrected(Files.readString(page)));
            }
        }
        addCommands(program, command("dev.rustyrun.cli.remote.ClientCommand"));
        Files.writeString(Path.of(args[0], "rustyrun.bash"),
                // It is read by a shell, and not executed.
                AutoComplete.bash("rustyrun", program).replaceFirst("^#!.*\n#\n", ""));
    }

    private static CommandLine command(String className) throws ReflectiveOperationException {
        CommandLine command = new CommandLine(Class.forName(className));
        // The synopsis is one line, which man breaks where it should.
        command.setUsageHelpWidth(WIDE);
        addHeading(command);
        return command;
    }

    /** What follows a command's options becomes a section, which must have a name; indented lines stay as they are. */
    private static void addHeading(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        if (usage.footer().length > 0) {
            usage.footerHeading("Notes%n");
            usage.footer(String.join("\n", usage.footer()).replaceAll("(?m)^(\\S.*)\n(?=  )", "$1\n\n").split("\n"));
        }
        command.getSubcommands().values().forEach(CommandPages::addHeading);
    }

    private static void write(Path folder, CommandLine command) throws IOException {
        if (ManPageGenerator.generateManPage(new File(folder.toString()), null, new boolean[0], true,
                command.getCommandSpec()) != 0) {
            throw new IOException("no man pages were made");
        }
    }

    /** What picocli's generator makes of our texts, as they should be read. */
    private static String corrected(String page) {
        return page.replace("*" + CLIENT_PAGE, "*rustyrun --host URL")
                // A bracket before an underscore would be the end of a list of attributes.
                .replace("]_", "{endsb}_")
                // The version's lines, of which the first is the name and number.
                .replaceAll("(?m)^:(mansource|revnumber): .*$", ":$1: rustyrun")
                .replace("Rustyrun-host Manual", "Rustyrun Manual");
    }

    /** What only a client has is completed too: RUSTYRUN_HOST may be set. */
    private static void addCommands(CommandLine program, CommandLine client) {
        client.getSubcommands().forEach((name, command) -> {
            if (!program.getSubcommands().containsKey(name)) {
                program.addSubcommand(name, command);
            }
        });
        CommandSpec spec = program.getCommandSpec();
        client.getCommandSpec().options().stream().filter(option -> spec.findOption(option.longestName()) == null)
                .forEach(spec::addOption);
    }
}
