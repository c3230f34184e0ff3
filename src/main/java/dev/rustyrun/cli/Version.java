package dev.rustyrun.cli;

import dev.rustyrun.oci.OciVersion;
import dev.rustyrun.stage.SelfExec;
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
                    + (SelfExec.isNativeImage()
                            ? "native"
                            : "for the JVM, on " + Runtime.version().feature())
        };
    }
}
