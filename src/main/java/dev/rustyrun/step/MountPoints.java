package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ProcPaths;

/** Where mounts go in the rootfs: what must not be covered, and what later steps need to know of what is mounted now. */
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

    /** A link in the image may lead a mount into /proc, whatever its target is called. */
    void refuseInProc(OpenFile target, String path) {
        if (linux.isProcFile(target.descriptor()) && !ProcPaths.isCoverable(path)) {
            throw new StepFailure(path + " leads into /proc, which must not be covered");
        }
    }

    /** A link, or {@code ..}, may lead there. */
    void refuseRoot(OpenFile target, String path) {
        if (inside.isRoot(target)) {
            throw new StepFailure(path + " is the rootfs itself, which nothing may cover");
        }
    }

    /** A copy of the mount at the host's {@code path}, attached nowhere; of one that only {@code run} can reach, by its step {@code sourceDue}. */
    OpenFile copyOf(String path, boolean recursive, int sourceDue) {
        try {
            return new OpenFile(linux, linux.cloneMount(path, recursive));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EACCES || sourceDue == HostStep.NONE) {
                throw e;
            }
            context.connection().ask(sourceDue);
            int sent = context.connection().awaitDescriptorIfThere();
            if (sent == Connection.NO_DESCRIPTOR) {
                throw e;
            }
            try (OpenFile source = new OpenFile(linux, sent)) {
                return new OpenFile(linux, linux.cloneMount(source.path(), recursive));
            }
        }
    }

    /** Attaches the open {@code mount} at the open {@code target}, whose path is {@code path}. */
    void attach(OpenFile mount, OpenFile target, String path) {
        linux.attachMount(mount.descriptor(), target.descriptor());
        if (ProcPaths.plain(path).equals(SYS)) {
            // What is shown as /sys is where masks below that go.
            context.enterView(SYS, linux.duplicateFrom(mount.descriptor(), Connection.DESCRIPTOR + 1));
        }
    }

    /** Where the open {@code mount} is to be attached, made when it is missing. */
    OpenFile targetOf(OpenFile mount, String path) {
        boolean directory = linux.status(mount.descriptor()).isDirectory();
        if (ProcPaths.isProc(path)) {
            if (!isWholeProc(mount)) {
                throw new StepFailure(path + " is in /proc, of which only files such as /proc/meminfo may be covered;"
                        + " only the root of a proc file system may be shown there");
            }
            return inside.directoryWithoutLinks(path);
        }
        OpenFile target = directory ? inside.directory(path) : inside.file(path);
        try {
            refuseInProc(target, path);
            refuseRoot(target, path);
            if (linux.status(target.descriptor()).isDirectory() != directory) {
                throw new StepFailure(path
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

    /** A directory of a proc has files of other names, and is as bad as one of another file system. */
    private boolean isWholeProc(OpenFile mount) {
        return linux.isProcFile(mount.descriptor())
                && linux.status(mount.descriptor()).place().inode() == PROC_ROOT_INODE;
    }

    /** Takes note that something has been attached at {@code target}. */
    void mountedAt(String target) {
        context.nodes().close();
        if (ProcPaths.isProc(target)) {
            enterProc();
        }
    }

    /** Looks for what is below {@code /proc} in what is mounted there now. */
    void enterProc() {
        OpenFile mounted = inside.directoryWithoutLinks("/proc");
        if (!linux.isProcFile(mounted.descriptor())) {
            throw new StepFailure("something else is at /proc now: somebody changes the rootfs meanwhile");
        }
        context.enterView("/proc", mounted.descriptor());
    }

    /** Looks for what is below {@code /sys} in what is mounted there now. */
    void enterSys() {
        OpenFile mounted = inside.directoryWithoutLinks(SYS);
        if (!linux.fileSystem(mounted.descriptor()).isSysfs()) {
            throw new StepFailure("something else is at /sys now: somebody changes the rootfs meanwhile");
        }
        context.enterView(SYS, mounted.descriptor());
    }

    /** What is made in the file system mounted at {@code target} later is made in the container. */
    void ownMount(String target) {
        context.nodes().close();
        try (OpenFile mounted = inside.existing(target)) {
            if (linux.fileSystem(mounted.descriptor()).isInMemory()) {
                context.ownMount(mounted.descriptor());
            }
        }
    }
}
