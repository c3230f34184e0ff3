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
 * Generates from the program's commands, at build time, the sources of the man pages and the completion scripts for
 * bash, zsh and fish. Usage: {@code java -cp CLASS-PATH CommandPages.java DIR}.
 */
final class CommandPages {

    private static final String CLIENT_PAGE = "rustyrun-host";
    private static final int HELP_WIDTH = 10_000;

    private CommandPages() {
    }

    public static void main(String[] args) throws Exception {
        Path pages = Files.createDirectories(Path.of(args[0], "man-source"));
        CommandLine program = command("dev.rustyrun.cli.RustyrunCommand");
        CommandLine client = command("dev.rustyrun.cli.remote.ClientCommand");
        write(pages, program);
        // With --host, run and other commands have other options, so these commands have their own pages.
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
        // Wide enough for a synopsis on one line, because man breaks lines itself.
        command.setUsageHelpWidth(HELP_WIDTH);
        addHeading(command);
        return command;
    }

    /**
     * Gives the text after a command's options the heading "Notes", because a section of a man page needs a name. Keeps
     * indented lines as they are, with an empty line before them.
     */
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

    /** Returns a generated page without the mistakes of picocli's generator. */
    private static String corrected(String page) {
        return page.replace("*" + CLIENT_PAGE, "*rustyrun --host URL")
                // AsciiDoc would read a bracket before an underscore as the end of a list of attributes.
                .replace("]_", "{endsb}_")
                // These fields would have all lines of the version, and not only the name.
                .replaceAll("(?m)^:(mansource|revnumber): .*$", ":$1: rustyrun")
                .replace("Rustyrun-host Manual", "Rustyrun Manual");
    }
}
