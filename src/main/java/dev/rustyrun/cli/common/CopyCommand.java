package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.FileCopy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cp}: copies files from or to a container. */
@Command(
        name = "cp",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = {
            "Copy files between a container and the local file system.",
            "- stands for a tar stream on stdin or stdout.",
            "Files copied in belong to the container's root; files copied out are yours and never set-user-id."
        },
        footer = {
            "",
            "If TARGET is a directory, SOURCE is copied into it; if TARGET does not exist, it is created.",
            "If SOURCE ends with /. only the contents of the directory are copied.",
            "",
            "Examples:",
            "  rustyrun cp ./data web:/srv",
            "  rustyrun cp web:/var/log/app.log .",
            "  rustyrun cp web:/srv - | tar t"
        })
public final class CopyCommand implements EngineContext.Command {

    @Parameters(index = "0", paramLabel = "[ID:]SOURCE", arity = "1", description = "File or directory to copy.")
    private String source;

    @Parameters(index = "1", paramLabel = "[ID:]TARGET", arity = "1", description = "Where to copy it.")
    private String target;

    @Override
    public int perform(EngineContext context) {
        new FileCopy(context).copy(source, target);
        return 0;
    }
}
