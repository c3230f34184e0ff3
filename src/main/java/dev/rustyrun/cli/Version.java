package dev.rustyrun.cli;

import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.oci.OciVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"rustyrun " + number() + " (" + (SelfExec.isNativeImage() ? "native" : "JVM "
                + Runtime.version().feature()) + ", OCI runtime-spec " + OciVersion.NEWEST + ")"};
    }

    /** Only the number. */
    static String number() {
        return org.eclipse.microprofile.config.ConfigProvider.getConfig()
                .getOptionalValue("quarkus.application.version", String.class).orElse("unknown");
    }
}
