package dev.rustyrun.cli;

import dev.rustyrun.oci.OciVersion;
import dev.rustyrun.stage.SelfExec;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says, in the lines that engines look for in runc's. */
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
