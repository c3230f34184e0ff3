package dev.rustyrun.cli;

import io.quarkus.runtime.Quarkus;
import picocli.CommandLine.Command;

/** {@code rustyrun serve}: the HTTP mode, until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "Serves HTTP on 127.0.0.1:8080 with health checks at /q/health.")
final class ServeCommand implements Runnable {

    @Override
    public void run() {
        NativeServices.start();
        Quarkus.run();
    }
}
