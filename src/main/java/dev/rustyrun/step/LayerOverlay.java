package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An overlay of an image's layers, with or without a container's own layer; the kernel's overlayfs.rst. Directories are
 * named by the numbers of their descriptors, so that hundreds of them fit into the one page of options of mount(2).
 */
public final class LayerOverlay {

    private static final String VOLATILE = ",volatile";

    private final Linux linux;
    private final List<String> layers;
    private final Optional<String> own;

    /**
     * @param layers host paths, topmost first
     * @param own host path of the directory that has the {@code upper} and {@code work} directories of the writable
     *     layer
     */
    public LayerOverlay(Linux linux, List<String> layers, Optional<String> own) {
        this.linux = linux;
        this.layers = List.copyOf(layers);
        this.own = own;
    }

    /**
     * Mounts the overlay at {@code place}, and changes the working directory.
     *
     * @param options overlay options, each after a comma
     * @return the root of the overlay, open with O_PATH
     */
    public OpenFile mount(String place, String options, long flags) {
        List<OpenFile> open = new ArrayList<>();
        try {
            StringBuilder data = new StringBuilder("lowerdir=");
            for (String path : layers) {
                data.append(open.isEmpty() ? "" : ":").append(opened(path, open));
            }
            own.ifPresent(folder -> data.append(",upperdir=")
                    .append(opened(folder + "/upper", open))
                    .append(",workdir=")
                    .append(opened(folder + "/work", open)));
            linux.changeDirectory("/proc/self/fd");
            mount(place, data.toString(), options, flags);
            return new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        } finally {
            // Through an open directory of the host, the command's path could leave the container (CVE-2024-21626).
            open.forEach(OpenFile::close);
        }
    }

    private void mount(String place, String data, String options, long flags) {
        try {
            linux.mount("overlay", place, "overlay", flags, data + options);
        } catch (LinuxException e) {
            // Kernels before Linux 5.10 do not know this option.
            if (e.errno() != Errno.EINVAL || !options.contains(VOLATILE)) {
                throw e;
            }
            linux.mount("overlay", place, "overlay", flags, data + options.replace(VOLATILE, ""));
        }
    }

    private int opened(String path, List<OpenFile> open) {
        open.add(new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY)));
        return open.get(open.size() - 1).descriptor();
    }

    /** Why no overlay can be mounted here, if {@code error} of {@link #mount} means that; empty for other errors. */
    public Optional<String> obstacle(LinuxException error) {
        return switch (error.errno()) {
            case Errno.ENODEV -> Optional.of("this kernel has no overlay file system");
            case Errno.EPERM, Errno.ENOSYS -> Optional.of("this process may not mount overlays");
            case Errno.EINVAL ->
                own.map(folder -> isOnOverlay(folder)
                        ? "the image store is on an overlay, as in a container, and the kernel cannot mount another over"
                                + " it"
                        : "the kernel cannot mount an overlay of these layers");
            default -> Optional.empty();
        };
    }

    private boolean isOnOverlay(String folder) {
        try (OpenFile open = new OpenFile(linux, linux.open(folder, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            return linux.fileSystem(open.descriptor()).isOverlay();
        }
    }
}
