package dev.rustyrun.cli;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.OciVersion;
import picocli.CommandLine.IVersionProvider;

/** The output of {@code --version}: engines look for these lines of runc's. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "rustyrun version " + Build.VERSION,
            "commit: " + Build.COMMIT,
            "spec: " + OciVersion.NEWEST,
            "built: "
                    + (EngineContext.isNative()
                            ? "native"
                            : "for the JVM, on " + Runtime.version().feature())
        };
    }
}
