package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.spec.ProcPaths;

/** Performs the steps about what is mounted below the root, and the files there. */
final class MountPerformer implements MountStep.Performer {

    private static final String NULL_DEVICE = "/dev/null";
    private static final String PROC = "proc";
    /** The kernel's PROC_ROOT_INO. */
    private static final long PROC_ROOT_INODE = 1;

    private static final String SYS = "/sys";
    private static final String SYSFS = "sysfs";

    private final Linux linux;
    private final StageContext context;
    private final Parent parent = new Parent();

    MountPerformer(StageContext context) {
        this.linux = context.linux();
        this.context = context;
    }

    private InsideRootfs inside() {
        return context.inside();
    }

    @Override
    public void mountFileSystem(MountStep.MountFileSystem step) {
        String mode = step.type().equals("tmpfs") ? modeOf(step) : "";
        try (OpenFile target = step.refuseLinks()
                ? inside().directoryWithoutLinks(step.target())
                : inside().directory(step.target())) {
            if (!step.type().equals(PROC)) {
                refuseInProc(target, step.target());
            }
            refuseRoot(target, step.target());
            String data = step.data().isEmpty() || mode.isEmpty() ? step.data() + mode : step.data() + "," + mode;
            data = data.isEmpty() ? null : data;
            if (!step.copyUp()) {
                mount(step, target, data);
            } else {
                // Filled while it is still writable.
                long readOnly = step.flags() & MountFlag.MS_RDONLY.value();
                linux.mount(step.source(), target.path(), step.type(), step.flags() & ~readOnly, data);
                copyUp(target, step.target(), readOnly);
            }
        }
        if (step.type().equals(PROC) && ProcPaths.isProc(step.target())) {
            enterProc();
        } else if (step.type().equals(SYSFS) && ProcPaths.plain(step.target()).equals(SYS)) {
            enterSys();
        } else if (step.type().equals("tmpfs")) {
            ownMount(step.target());
        }
        if (step.propagation() != 0) {
            try (OpenFile mount = inside().existing(step.target())) {
                linux.mount(null, mount.path(), null, step.propagation(), null);
            }
        }
    }

    private void mount(MountStep.MountFileSystem step, OpenFile target, String data) {
        try {
            linux.mount(step.source(), target.path(), step.type(), step.flags(), data);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EPERM && step.type().equals(SYSFS)) {
                showHostsSys(step, target, e);
                return;
            }
            if (e.errno() != Errno.EINVAL
                    || !step.type().equals("devpts")
                    || !step.data().contains(",gid=5")) {
                throw e;
            }
            // A joined user namespace may not map the group of terminals.
            String withoutGroup = step.data().replaceFirst(",gid=5(?=,|$)", "");
            linux.mount(step.source(), target.path(), step.type(), step.flags(), withoutGroup);
        }
    }

    /**
     * Shows the host's {@code /sys} instead of a new sysfs: that shows a network's devices, so only who owns the network
     * namespace may mount one; man 5 sysfs. All that is mounted below comes along, for nothing may be uncovered in a user
     * namespace; man 7 mount_namespaces.
     */
    private void showHostsSys(MountStep.MountFileSystem step, OpenFile target, LinuxException refused) {
        try (OpenFile mount = new OpenFile(linux, linux.cloneMount(SYS, true))) {
            long readOnly = MountAttr.bits(step.flags()) & MountAttr.MOUNT_ATTR_RDONLY;
            if (readOnly != 0) {
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(readOnly), true);
            }
            linux.setMountAttributes(
                    mount.descriptor(),
                    new MountAttr(MountAttr.bits(step.flags()), MountAttr.bitsToClear(step.flags(), 0), 0),
                    false);
            linux.attachMount(mount.descriptor(), target.descriptor());
        } catch (LinuxException e) {
            refused.addSuppressed(e);
            throw refused;
        }
    }

    private void enterProc() {
        OpenFile mounted = inside().directoryWithoutLinks("/proc");
        if (!linux.isProcFile(mounted.descriptor())) {
            throw new StepFailure("something else is at /proc now: somebody changes the rootfs meanwhile");
        }
        context.enterView("/proc", mounted.descriptor());
    }

    private void enterSys() {
        OpenFile mounted = inside().directoryWithoutLinks(SYS);
        if (!linux.fileSystem(mounted.descriptor()).isSysfs()) {
            throw new StepFailure("something else is at /sys now: somebody changes the rootfs meanwhile");
        }
        context.enterView(SYS, mounted.descriptor());
    }

    /** What is made in there later is made in the container. */
    private void ownMount(String target) {
        parent.close();
        try (OpenFile mounted = inside().existing(target)) {
            if (linux.fileSystem(mounted.descriptor()).isInMemory()) {
                context.ownMount(mounted.descriptor());
            }
        }
    }

    /** A link in the image may lead a mount into /proc, whatever its target is called. */
    private void refuseInProc(OpenFile target, String path) {
        if (linux.isProcFile(target.descriptor()) && !ProcPaths.isCoverable(path)) {
            throw new StepFailure(path + " leads into /proc, which must not be covered");
        }
    }

    /** Without a mode of its own, a tmpfs has that of the directory that it covers, or tmpfs's own; as with runc. */
    private String modeOf(MountStep.MountFileSystem step) {
        if ((',' + step.data()).contains(",mode=")) {
            return "";
        }
        try (OpenFile covered = inside().existing(step.target())) {
            return "mode="
                    + Integer.toOctalString(linux.status(covered.descriptor()).permissions());
        } catch (LinuxException e) {
            return "";
        }
    }

    /** A link, or {@code ..}, may lead there. */
    private void refuseRoot(OpenFile target, String path) {
        if (inside().isRoot(target)) {
            throw new StepFailure(path + " is the rootfs itself, which nothing may cover");
        }
    }

    private void copyUp(OpenFile covered, String path, long readOnly) {
        try (OpenFile mount = inside().existing(path)) {
            new TreeCopy(linux).copy(covered.descriptor(), mount.descriptor());
            if (readOnly != 0) {
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
            }
        }
    }

    @Override
    public void bindMount(MountStep.BindMount step) {
        try (OpenFile mount = copyOf(step.source(), step.recursive());
                OpenFile target =
                        targetOf(mount, linux.status(mount.descriptor()).isDirectory(), step.target())) {
            long propagation = step.propagation() & ~MountFlag.MS_REC.value();
            if (step.setBelow() != 0 || step.clearBelow() != 0) {
                linux.setMountAttributes(
                        mount.descriptor(), new MountAttr(step.setBelow(), step.clearBelow(), 0), true);
            }
            if (step.set() != 0 || step.clear() != 0) {
                linux.setMountAttributes(mount.descriptor(), new MountAttr(step.set(), step.clear(), 0), false);
            }
            attach(mount, target, step.target());
            if (propagation != 0) {
                linux.setMountAttributes(
                        mount.descriptor(), new MountAttr(0, 0, propagation), propagation != step.propagation());
            }
        }
        enterProcAt(step.target());
    }

    private OpenFile copyOf(String path, boolean recursive) {
        try {
            return new OpenFile(linux, linux.cloneMount(path, recursive));
        } catch (LinuxException e) {
            if (e.errno() != Errno.EACCES) {
                throw e;
            }
            context.channel().send(new Report.SourceDue(path));
            int sent = context.channel().awaitSource().orElseThrow(() -> e);
            try (OpenFile source = new OpenFile(linux, sent)) {
                return new OpenFile(linux, linux.cloneMount(source.path(), recursive));
            }
        }
    }

    /** Where the open {@code mount} is to be attached. */
    private OpenFile targetOf(OpenFile mount, boolean directory, String path) {
        if (ProcPaths.isProc(path)) {
            if (!isWholeProc(mount)) {
                throw new StepFailure(path + " is in /proc, of which only files such as /proc/meminfo may be covered;"
                        + " only the root of a proc file system may be shown there");
            }
            return inside().directoryWithoutLinks(path);
        }
        OpenFile target = directory ? inside().directory(path) : inside().file(path);
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

    private void enterProcAt(String target) {
        parent.close();
        if (ProcPaths.isProc(target)) {
            enterProc();
        }
    }

    /** Attaches an open mount; what is shown as {@code /sys} is where masks below that go. */
    private void attach(OpenFile mount, OpenFile target, String path) {
        linux.attachMount(mount.descriptor(), target.descriptor());
        if (ProcPaths.plain(path).equals(SYS)) {
            context.enterView(SYS, linux.duplicateFrom(mount.descriptor(), StageChannel.DESCRIPTOR + 1));
        }
    }

    @Override
    public void receiveMount(MountStep.ReceiveMount step) {
        int received = step.own().isEmpty() ? context.channel().awaitDescriptor() : changedCopy(step);
        try (OpenFile mount = new OpenFile(linux, received)) {
            boolean directory = linux.status(mount.descriptor()).isDirectory();
            try (OpenFile target = targetOf(mount, directory, step.target())) {
                attach(mount, target, step.target());
            }
        }
        enterProcAt(step.target());
    }

    private int changedCopy(MountStep.ReceiveMount step) {
        try (OpenFile copy = copyOf(step.own(), step.recursive())) {
            context.channel().send(new Report.CopyDue(step.own(), copy.descriptor()));
            return context.channel().awaitSource().orElseThrow(() -> new StepFailure("run did not send it"));
        }
    }

    @Override
    public void shareDevice(MountStep.ShareDevice step) {
        if (parent.takes(step.path())) {
            bindMount(new MountStep.BindMount(step.path(), step.path(), false, 0, 0, 0, 0, 0));
        }
    }

    @Override
    public void makeDevice(MountStep.MakeDevice step) {
        int type = step.block() ? FileFlag.S_IFBLK : FileFlag.S_IFCHR;
        makeNode(step.path(), type | step.mode(), FileFlag.device(step.major(), step.minor()), step.uid(), step.gid());
    }

    @Override
    public void makeFifo(MountStep.MakeFifo step) {
        makeNode(step.path(), FileFlag.S_IFIFO | step.mode(), 0, step.uid(), step.gid());
    }

    private void makeNode(String path, int mode, long device, int uid, int gid) {
        if (!parent.takes(path)) {
            return;
        }
        String name = InsideRootfs.nameOf(path);
        try {
            linux.makeNode(parent.descriptor(), name, mode, device);
            if (uid != 0 || gid != 0) {
                linux.changeOwner(parent.descriptor(), name, uid, gid);
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            expectSame(path, mode, device);
        }
    }

    /** What is there already is left as it is; config-linux.md, "Devices". */
    private void expectSame(String path, int mode, long device) {
        FileStatus there = linux.status(parent.descriptor(), InsideRootfs.nameOf(path));
        boolean sameType = (there.mode() & FileFlag.S_IFMT) == (mode & FileFlag.S_IFMT);
        if (!sameType || there.isDevice() && FileFlag.device(there.major(), there.minor()) != device) {
            throw new StepFailure("there is something else at " + path + " in the container already");
        }
    }

    @Override
    public void makeLink(MountStep.MakeLink step) {
        if (parent.takes(step.path())) {
            unlessThere(
                    () -> linux.makeSymbolicLink(step.target(), parent.descriptor(), InsideRootfs.nameOf(step.path())));
        }
    }

    /**
     * The directory in which nodes and links are made, kept open from one to the next. Nothing is made in a directory of the
     * host's that is mounted in the container: a {@code /dev} of the host's stays as it is, as with runc.
     */
    private final class Parent {

        private String path = "";
        private OpenFile directory;
        private boolean own;

        /** Opens the directory of {@code node}; false when it is a {@code /dev} of the host's. */
        boolean takes(String node) {
            String wanted = InsideRootfs.parentOf(node);
            if (!wanted.equals(path)) {
                close();
                own = context.isOwn(wanted);
                if (own) {
                    directory = inside().directory(wanted);
                    own = context.isOwn(directory);
                }
                path = wanted;
            }
            if (!own && !ProcPaths.plain(node).startsWith("/dev/")) {
                throw new StepFailure(node + " would be made in a directory of the host's, which is mounted there");
            }
            return own;
        }

        int descriptor() {
            return directory.descriptor();
        }

        /** To be opened anew, for something else may be mounted there now. */
        void close() {
            if (directory != null) {
                directory.close();
                directory = null;
            }
            path = "";
        }
    }

    @Override
    public void sealMount(MountStep.SealMount step) {
        try (OpenFile mount = inside().existing(step.path())) {
            // Of the mount alone: were another one there by now, its file system might be the host's.
            linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
        }
    }

    @Override
    public void maskPath(MountStep.MaskPath step) {
        try (OpenFile target = context.existing(step.path())) {
            if (isRoot(target)) {
                throw new StepFailure(step.path() + " leads to the root, which cannot be masked");
            }
            if (linux.status(target.descriptor()).isDirectory()) {
                linux.mount("tmpfs", target.path(), "tmpfs", MountFlag.MS_RDONLY.value(), "size=0k");
            } else {
                maskFile(target);
            }
        } catch (LinuxException e) {
            unlessMissing(e);
        }
    }

    /** With the host's null device, not the container's, and looked at before use: the image could exchange either. */
    private void maskFile(OpenFile target) {
        try (OpenFile device = new OpenFile(linux, linux.open(NULL_DEVICE, FileFlag.O_PATH | FileFlag.O_NOFOLLOW))) {
            FileStatus status = linux.status(device.descriptor());
            if (!status.isCharacterDevice(1, 3)) {
                throw new StepFailure(NULL_DEVICE + " of the host is not the null device");
            }
            linux.mount(device.path(), target.path(), null, MountFlag.MS_BIND.value(), null);
        }
    }

    @Override
    public void readOnlyPath(MountStep.ReadOnlyPath step) {
        try (OpenFile target = context.existing(step.path())) {
            if (isRoot(target)) {
                // A link to it. A mount on top of it would be left behind by pivot_root.
                linux.setMountAttributes(target.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
                return;
            }
            seal(target);
        } catch (LinuxException e) {
            unlessMissing(e);
        }
    }

    private boolean isRoot(OpenFile file) {
        try (OpenFile root = inside().existing("/")) {
            FileStatus status = linux.status(root.descriptor());
            FileStatus found = linux.status(file.descriptor());
            return status.place().equals(found.place()) && status.mount() == found.mount();
        }
    }

    private void seal(OpenFile target) {
        try (OpenFile mount = new OpenFile(linux, linux.cloneMount(target.path(), true))) {
            linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), true);
            linux.attachMount(mount.descriptor(), target.descriptor());
        }
    }

    private static void unlessMissing(LinuxException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
            throw e;
        }
    }

    private static void unlessThere(Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }
}
