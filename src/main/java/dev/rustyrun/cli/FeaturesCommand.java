package dev.rustyrun.cli;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.FeaturesJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun features}: prints which features of the OCI runtime specification are implemented. */
@Command(
        name = "features",
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Print the implemented features of the OCI runtime specification as JSON.",
        footer = {"", "This describes the program. To see what this machine supports: rustyrun doctor"})
final class FeaturesCommand implements Callable<Integer> {

    @Option(names = "--debug", description = "Print stack traces with errors.")
    private boolean debug;

    @Override
    public Integer call() {
        System.out.print(FeaturesJson.write(Build.VERSION));
        return 0;
    }
}
