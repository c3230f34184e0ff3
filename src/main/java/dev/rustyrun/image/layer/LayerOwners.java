package dev.rustyrun.image.layer;

/**
 * The owners of a layer's unpacked files, and the overlay attribute that goes with them.
 *
 * @param asGiven whether files get the ids in the layer, as ids of this process's user namespace; else all files belong
 *        to {@code user} and {@code group}
 * @param user the owner of all files if not {@code asGiven}
 * @param group the group of all files if not {@code asGiven}
 * @param opaque the extended attribute of an opaque directory; the kernel's overlayfs.rst
 */
public record LayerOwners(boolean asGiven, int user, int group, String opaque) {

    /** For root, whose overlays are mounted outside of user namespaces. */
    public static final LayerOwners ROOT = new LayerOwners(true, 0, 0, "trusted.overlay.opaque");

    /** For a user namespace with many ids; overlays are mounted with userxattr. */
    public static final LayerOwners MAPPED = new LayerOwners(true, 0, 0, "user.overlay.opaque");

    /** The extended attribute of a whiteout that is a file. */
    String whiteout() {
        return opaque.replace("opaque", "whiteout");
    }

    /** Whether the process is root of the host and can make devices. */
    boolean isHostsRoot() {
        return equals(ROOT);
    }

    /** For a user namespace with a single id. */
    public static LayerOwners one(int user, int group) {
        return new LayerOwners(false, user, group, "user.overlay.opaque");
    }
}
