package dev.rustyrun.cli;

import dev.rustyrun.launch.SelfExec;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = org.eclipse.microprofile.config.ConfigProvider.getConfig()
                .getOptionalValue("quarkus.application.version", String.class).orElse("unknown");
        return new String[] {"rustyrun " + version + " (" + (SelfExec.isNativeImage() ? "native" : "JVM "
                + Runtime.version().feature()) + ", OCI runtime-spec 1.2)"};
    }
}
