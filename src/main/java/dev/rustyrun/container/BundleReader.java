package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.oci.ConfigJson;
import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.SpecValidator;
import java.nio.file.Path;

/** Reads OCI bundles. */
public final class BundleReader {

    private BundleReader() {}

    /**
     * Reads and checks a bundle.
     *
     * @param config the configuration file, relative to {@code directory}
     * @throws InvalidSpecException if it is not a bundle
     */
    public static Bundle read(CommandTools tools, Path directory, String config) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            return parse(
                    path,
                    UserFile.readDocument(tools.linux(), path.resolve(config).toString()));
        } catch (LinuxException e) {
            throw new InvalidSpecException("bundle " + path
                    + (e.errno() == Errno.ENOENT
                            ? " has no " + config + ": no such file or directory"
                            : " cannot be read: " + e.getMessage()));
        }
    }

    /** Whether the working directory is a bundle. */
    public static boolean isWorkingDirectory(CommandTools tools) {
        try {
            return tools.linux().exists(Bundle.CONFIG)
                    && UserFile.readDocument(tools.linux(), Bundle.CONFIG).contains("\"ociVersion\"");
        } catch (LinuxException unreadable) {
            return false;
        }
    }

    /** The bundle at {@code path} whose config.json was {@code text} when its container was made. */
    static Bundle parse(Path path, String text) {
        ConfigJson.Config config = ConfigJson.read(text, path);
        SpecValidator.check(config.spec());
        EgressPolicy.of(config.spec().allowedHosts());
        return new Bundle(path, text, config.spec(), config.warnings());
    }
}
