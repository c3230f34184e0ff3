package dev.rustyrun.image.layer;

/**
 * Whose the files of a layer become, and how an overlay is told of them.
 *
 * @param asGiven whether a file belongs to the ids that the layer says, of this process's user namespace; else all belong to one
 * @param user who has all files then
 * @param group which has all files then
 * @param opaque the extended attribute of a directory that hides those of lower layers; the kernel's overlayfs.rst
 */
public record LayerOwners(boolean asGiven, int user, int group, String opaque) {

    /** For root, whose overlays are mounted outside of user namespaces. */
    public static final LayerOwners ROOT = new LayerOwners(true, 0, 0, "trusted.overlay.opaque");

    /** In a user namespace that has many ids; overlays are mounted with userxattr. */
    public static final LayerOwners MAPPED = new LayerOwners(true, 0, 0, "user.overlay.opaque");

    /** Whether this is the root of the machine, who can make devices. */
    boolean isHostsRoot() {
        return equals(ROOT);
    }

    /** For one user alone, who has no other ids to give. */
    public static LayerOwners one(int user, int group) {
        return new LayerOwners(false, user, group, "user.overlay.opaque");
    }
}
