package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ProcPaths;

/**
 * The directory in which nodes and links are created, kept open between them. Nothing is created in a host directory
 * that is mounted in the container: a {@code /dev} of the host is not changed, as in runc.
 */
final class NodeDirectory {

    private final StepContext context;
    private final Linux linux;
    private String path = "";
    private OpenFile directory;
    private boolean own;

    NodeDirectory(StepContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    /** Opens the directory of {@code node}; returns false when it is a {@code /dev} of the host. */
    boolean takes(String node) {
        String wanted = InsideRootfs.parentOf(node);
        if (!wanted.equals(path)) {
            close();
            own = context.isOwn(wanted);
            if (own) {
                directory = context.inside().directory(wanted);
                own = context.isOwn(directory);
            }
            path = wanted;
        }
        if (!own && !ProcPaths.plain(node).startsWith("/dev/")) {
            throw new StepFailure(node + " would be created in a host directory, which is mounted there");
        }
        return own;
    }

    /**
     * Creates a node, unless the same node exists already; man 2 mknod.
     *
     * @param mode type and permissions
     * @param device device number, for a device
     */
    void makeNode(String node, int mode, long device, int uid, int gid) {
        if (!takes(node)) {
            return;
        }
        String name = InsideRootfs.nameOf(node);
        try {
            linux.makeNode(directory.descriptor(), name, mode, device);
            if (uid != 0 || gid != 0) {
                linux.changeOwner(directory.descriptor(), name, uid, gid);
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            expectSame(node, mode, device);
        }
    }

    /**
     * Shows a device of the host on a new file of this directory. Returns false when the directory already has
     * something with this name, which may be a link to somewhere else.
     */
    boolean showDevice(NodeStep.ShareDevice wanted) {
        String name = InsideRootfs.nameOf(wanted.path());
        try (OpenFile device = new OpenFile(linux, linux.cloneMount(wanted.source(), false))) {
            if (!wanted.is(linux.status(device.descriptor()))) {
                throw new StepFailure("the host's " + wanted.source() + " is not the device " + wanted.major() + ":"
                        + wanted.minor() + ", and in a user namespace only a device of the host can be shown: give the"
                        + " numbers of the host's device, or use no user namespace");
            }
            if (!makeFile(name, wanted.path())) {
                return false;
            }
            try (OpenFile file =
                    new OpenFile(linux, linux.openWithoutLinks(directory.descriptor(), name, FileFlag.O_PATH))) {
                linux.attachMount(device.descriptor(), file.descriptor());
            }
        }
        return true;
    }

    private boolean makeFile(String name, String node) {
        try {
            return linux.makeFileIfMissing(directory.descriptor(), name);
        } catch (LinuxException e) {
            throw StepFailure.ofRequest(node + " is missing in the container and cannot be created: " + e.getMessage());
        }
    }

    /** An existing node is left unchanged; config-linux.md, "Devices". */
    private void expectSame(String node, int mode, long device) {
        FileStatus there = linux.status(directory.descriptor(), InsideRootfs.nameOf(node));
        boolean sameType = (there.mode() & FileFlag.S_IFMT) == (mode & FileFlag.S_IFMT);
        if (!sameType || there.isDevice() && FileFlag.device(there.major(), there.minor()) != device) {
            throw new StepFailure(node + " already exists and is " + (sameType ? "another device" : there.kind())
                    + ": remove it from the rootfs, or the mount or device that creates it");
        }
    }

    /** Creates a symbolic link, unless {@code link} exists already. */
    void makeLink(String link, String target) {
        if (!takes(link)) {
            return;
        }
        try {
            linux.makeSymbolicLink(target, directory.descriptor(), InsideRootfs.nameOf(link));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** Closes the directory, because something else may be mounted there now. */
    void close() {
        if (directory != null) {
            directory.close();
            directory = null;
        }
        path = "";
    }
}
