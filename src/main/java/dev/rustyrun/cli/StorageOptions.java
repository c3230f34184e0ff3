package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecDefaults;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The file system and device options of a launch. */
final class StorageOptions {

    @InBundle(annotation = Spec.EPHEMERAL_ANNOTATION)
    @Option(
            names = "--ephemeral",
            arity = "0..1",
            paramLabel = "SIZE",
            fallbackValue = "",
            preprocessor = OptionalSize.class,
            description = "Do not change the rootfs: keep writes in memory, at most SIZE, and discard them at the end."
                    + " Implied by --rootfs /, the host's own tree.")
    private String ephemeral;

    @InBundle(field = "mounts")
    @Option(
            names = "--mount",
            paramLabel = "type=bind,source=SRC,target=DST[,ro]",
            description = "Mount a file system of type bind or tmpfs, in long form; repeatable.")
    private List<String> mounts = List.of();

    @InBundle(field = "linux.devices and linux.resources.devices")
    @Option(names = "--device", paramLabel = "SRC[:DST]", description = "Add a host device; repeatable.")
    private List<String> devices = List.of();

    @InBundle(field = "linux.maskedPaths")
    @Option(names = "--mask", paramLabel = "PATH", description = "Hide a file or directory; repeatable.")
    private List<String> masked = List.of();

    @InBundle(field = "linux.maskedPaths and linux.readonlyPaths")
    @Option(
            names = "--unmask",
            paramLabel = "PATH|all",
            description = "Do not hide or write-protect a path that is by default; repeatable.")
    private List<String> unmasked = List.of();

    /** Whether host files are mounted, which may be all that the container needs. */
    boolean bringsFiles() {
        return !mounts.isEmpty();
    }

    /** Whether changes to the rootfs are discarded. */
    boolean isEphemeral() {
        return ephemeral != null;
    }

    /** The mounts of {@code --mount}. */
    List<Spec.Mount> mounts() {
        return mounts.stream().map(MountParser::mount).toList();
    }

    /** Adds these options to {@code spec}. */
    void addTo(SpecBuilder spec, LocalHost host, boolean wholeHost) {
        if (ephemeral != null || wholeHost) {
            String size = ephemeral == null ? "" : ephemeral;
            if (!size.isEmpty() && !size.matches(OptionalSize.SIZE)) {
                throw new InvalidSpecException("--ephemeral \"" + size + "\" is not a size such as 64m");
            }
            spec.annotation(Spec.EPHEMERAL_ANNOTATION, size.isEmpty() ? "" : "size=" + size);
        }
        devices.forEach(text -> spec.device(device(host, text)));
        spec.linux()
                .maskedPaths(protectedPaths(SpecDefaults.MASKED_PATHS, masked))
                .readonlyPaths(protectedPaths(SpecDefaults.READONLY_PATHS, List.of()));
    }

    private List<String> protectedPaths(List<String> defaults, List<String> further) {
        List<String> paths = new ArrayList<>(unmasked.contains("all") ? List.of() : defaults);
        paths.removeAll(unmasked);
        paths.addAll(further);
        return paths;
    }

    private static LinuxSpec.Device device(LocalHost host, String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty()) {
            throw new InvalidSpecException("device \"" + text + "\" is not SOURCE or SOURCE:TARGET");
        }
        return host.device(parts[0], parts[parts.length - 1]);
    }
}
