package dev.rustyrun.linux;

import java.util.List;

/** The marks in an overlay's lower directory that hide files of the directories below it; the kernel's overlayfs.rst. */
public final class OverlayMarks {

    /** The value of an opaque mark: the directory hides all below it. */
    public static final String OPAQUE = "y";

    /** The value of an opaque mark on a directory that is merged, but has whiteouts that are files with an attribute. */
    public static final String HAS_WHITEOUT_FILES = "x";

    private static final List<String> NAMESPACES = List.of("trusted.overlay.", "user.overlay.");

    private OverlayMarks() {}

    /** Whether the directory {@code path} of a layer hides the directory of lower layers. */
    public static boolean isOpaque(Linux linux, String path) {
        return NAMESPACES.stream()
                .anyMatch(namespace -> linux.attribute(path, namespace + "opaque")
                        .filter(OPAQUE::equals)
                        .isPresent());
    }

    /**
     * Whether the open file of an image's layer is a whiteout: a character device 0/0 or, in a store on an overlay,
     * which does not store these, an empty file with an attribute (Linux 6.7).
     */
    public static boolean isWhiteout(Linux linux, OpenFile file, FileStatus status) {
        return status.isCharacterDevice(0, 0)
                || status.isRegularFile()
                        && status.size() == 0
                        && NAMESPACES.stream()
                                .anyMatch(namespace -> linux.attribute(file.path(), namespace + "whiteout")
                                        .isPresent());
    }
}
