import dev.rustyrun.cli.CompletionCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes, of the program's own commands, the sources of the man pages and the completion for bash, zsh and fish:
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
        for (String[] file : new String[][] {{"bash", "rustyrun.bash"}, {"zsh", "_rustyrun"}, {"fish", "rustyrun.fish"}}) {
            Files.writeString(Path.of(args[0], file[1]), CompletionCommand.script(file[0]));
        }
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
}
