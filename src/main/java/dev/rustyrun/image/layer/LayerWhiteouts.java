package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.KernelVersion;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.OverlayMarks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/**
 * The marks in a layer that is being unpacked that hide files of lower layers; see {@link OverlayMarks}. A whiteout is
 * a character device 0/0. An overlay cannot store such a device. There, a whiteout is an empty file with an attribute,
 * if the kernel supports that.
 */
final class LayerWhiteouts {

    private final Linux linux;
    private final LayerOwners owners;
    private final LayerDirectories directories;
    /** The paths of whiteouts that are files. */
    private final TreeSet<String> files = new TreeSet<>();

    private final TreeSet<String> opaque = new TreeSet<>();

    LayerWhiteouts(Linux linux, LayerOwners owners, LayerDirectories directories) {
        this.linux = linux;
        this.owners = owners;
        this.directories = directories;
    }

    /** Makes a directory opaque: it hides the directory of lower layers. */
    void hideLower(LayerPath path) {
        OpenFile directory = directories.open(path);
        mark(directory, owners.opaque(), OverlayMarks.OPAQUE);
        opaque.add(path.text());
        String prefix = path.isRoot() ? "" : path.text() + "/";
        // In an opaque directory such a file would not be a whiteout.
        files.removeIf(file -> {
            boolean within = file.startsWith(prefix) && file.indexOf('/', prefix.length()) < 0;
            if (within) {
                linux.removeFile(directory.descriptor(), file.substring(prefix.length()));
            }
            return within;
        });
    }

    private void mark(OpenFile file, String name, String value) {
        linux.setAttribute(file.descriptor(), name, value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Hides a path of lower layers. A file of this layer at the same path stays; a directory becomes opaque. */
    void hide(LayerPath path) {
        OpenFile parent = directories.open(path.parent());
        try {
            linux.makeNode(parent.descriptor(), path.name(), FileFlag.S_IFCHR, 0);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EPERM && hasWhiteoutFiles()) {
                hideByFile(path, parent);
            } else if (e.errno() != Errno.EEXIST) {
                throw e;
            } else if (linux.status(parent.descriptor(), path.name()).isDirectory()) {
                hideLower(path);
            }
        }
    }

    private boolean hasWhiteoutFiles() {
        return KernelVersion.parse(linux.readFile(KernelVersion.RUNNING)).atLeast(6, 7);
    }

    private void hideByFile(LayerPath path, OpenFile parent) {
        if (opaque.contains(path.parent().text())) {
            return;
        }
        mark(parent, owners.opaque(), OverlayMarks.HAS_WHITEOUT_FILES);
        try (OpenFile file = new OpenFile(linux, linux.createNew(parent.descriptor(), path.name(), 0))) {
            mark(file, owners.whiteout(), OverlayMarks.OPAQUE);
        }
        files.add(path.text());
    }

    /** Whether the file at {@code path} is a whiteout. */
    boolean isWhiteout(LayerPath path, FileStatus status) {
        return status.isCharacterDevice(0, 0) || files.contains(path.text());
    }

    /** Forgets the marks at and below {@code path}, which will be removed. */
    void forget(LayerPath path) {
        String text = path.text();
        for (TreeSet<String> marks : List.of(files, opaque)) {
            marks.remove(text);
            marks.subSet(text + "/", text + "0").clear();
        }
    }
}
