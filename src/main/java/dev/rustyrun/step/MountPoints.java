package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ProcPaths;

/**
 * The mount points in the rootfs: which paths must not be covered, and what later steps need to know about the current
 * mounts.
 */
final class MountPoints {

    static final String SYS = "/sys";

    /** The kernel's PROC_ROOT_INO. */
    private static final long PROC_ROOT_INODE = 1;

    private final StepContext context;
    private final Linux linux;
    private final InsideRootfs inside;

    MountPoints(StepContext context) {
        this.context = context;
        this.linux = context.linux();
        this.inside = context.inside();
    }

    /** Rejects a target in /proc: a link in the image may lead a mount there, whatever its target is called. */
    void refuseInProc(OpenFile target, String path) {
        if (linux.isProcFile(target.descriptor()) && !ProcPaths.isCoverable(path)) {
            throw StepFailure.ofRequest(path + " leads into /proc, which must not be covered");
        }
    }

    /** Rejects the root itself, to which a link or {@code ..} may lead. */
    void refuseRoot(OpenFile target, String path) {
        if (inside.isRoot(target)) {
            throw StepFailure.ofRequest(path + " is the rootfs itself, which no mount may cover");
        }
    }

    /**
     * A copy of the mount at the host path {@code path}, attached nowhere; if only {@code run} can reach it, by its
     * step {@code sourceDue}.
     */
    OpenFile copyOf(String path, boolean recursive, int sourceDue) {
        try {
            return new OpenFile(linux, linux.cloneMount(path, recursive));
        } catch (LinuxException e) {
            try (OpenFile source = context.askAfter(e, sourceDue)) {
                return new OpenFile(linux, linux.cloneMount(source.path(), recursive));
            }
        }
    }

    /** Attaches the open {@code mount} at the open {@code target}, whose path is {@code path}. */
    void attach(OpenFile mount, OpenFile target, String path) {
        linux.attachMount(mount.descriptor(), target.descriptor());
        if (ProcPaths.plain(path).equals(SYS)) {
            // Later masks below /sys apply to this mount.
            context.enterView(SYS, linux.duplicateFrom(mount.descriptor(), Connection.DESCRIPTOR + 1));
        }
    }

    /** The directory or file to which the open {@code mount} is attached, created when missing. */
    OpenFile targetOf(OpenFile mount, String path) {
        boolean directory = linux.status(mount.descriptor()).isDirectory();
        if (ProcPaths.isProc(path)) {
            if (!isWholeProc(mount)) {
                throw StepFailure.ofRequest(
                        path + " is in /proc, where only files such as /proc/meminfo may be covered;"
                                + " only the root of a proc file system may be shown there");
            }
            return inside.directoryWithoutLinks(path);
        }
        OpenFile target = directory ? inside.directory(path) : inside.file(path);
        try {
            refuseInProc(target, path);
            refuseRoot(target, path);
            if (linux.status(target.descriptor()).isDirectory() != directory) {
                throw StepFailure.ofRequest(path
                        + (directory
                                ? " is a file in the container, on which no directory"
                                : " is a directory in the" + " container, on which no file")
                        + " can be mounted");
            }
            return target;
        } catch (RuntimeException | Error e) {
            target.close();
            throw e;
        }
    }

    /**
     * Whether the mount is the root of a proc. A subdirectory of a proc would have other files, like any other file
     * system.
     */
    private boolean isWholeProc(OpenFile mount) {
        return linux.isProcFile(mount.descriptor())
                && linux.status(mount.descriptor()).place().inode() == PROC_ROOT_INODE;
    }

    /** Records that something has been attached at {@code target}. */
    void mountedAt(String target) {
        context.nodes().close();
        if (ProcPaths.isProc(target)) {
            enterProc();
        }
    }

    /** Makes later steps look up paths below {@code /proc} in the current mount there. */
    void enterProc() {
        OpenFile mounted = inside.directoryWithoutLinks("/proc");
        if (!linux.isProcFile(mounted.descriptor())) {
            throw new StepFailure("something else is at /proc now: another process is changing the rootfs");
        }
        context.enterView("/proc", mounted.descriptor());
    }

    /** Makes later steps look up paths below {@code /sys} in the current mount there. */
    void enterSys() {
        OpenFile mounted = inside.directoryWithoutLinks(SYS);
        if (!linux.fileSystem(mounted.descriptor()).isSysfs()) {
            throw new StepFailure("something else is at /sys now: another process is changing the rootfs");
        }
        context.enterView(SYS, mounted.descriptor());
    }

    /** Records that the file system mounted at {@code target} belongs to the container. */
    void ownMount(String target) {
        context.nodes().close();
        try (OpenFile mounted = inside.existing(target)) {
            if (linux.fileSystem(mounted.descriptor()).isInMemory()) {
                context.ownMount(mounted.descriptor());
            }
        }
    }
}
