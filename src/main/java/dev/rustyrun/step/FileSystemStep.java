package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.ProcPaths;
import java.util.Optional;

/** Steps that mount a new file system. */
public sealed interface FileSystemStep extends Step {

    /**
     * Mounts a file system.
     *
     * @param target created when missing; with {@code refuseLinks}, no part of it may be a symbolic link
     * @param flags {@link MountFlag} bits
     * @param data options for the file system, or empty
     * @param propagation MS_ propagation flag for the new mount, optionally with MS_REC, or 0
     * @param copyUp whether it starts with a copy of the directory that it covers, like runc's {@code tmpcopyup}
     */
    record MountFileSystem(
            String type,
            String source,
            String target,
            long flags,
            String data,
            long propagation,
            boolean refuseLinks,
            boolean copyUp)
            implements FileSystemStep {

        private static final String PROC = "proc";
        private static final String SYSFS = "sysfs";
        /** The mode of a tmpfs that is mounted without one; man 5 tmpfs. */
        private static final int TMPFS_MODE = 01777;

        /**
         * The option of a proc that shows a PID namespace other than the mounter's; the kernel's filesystems/proc.rst.
         */
        public static final String PIDNS = "pidns=";

        /** Whether this is a proc of a joined PID namespace. */
        public boolean showsJoinedPids() {
            return type.equals("proc") && data.contains(PIDNS);
        }

        static MountFileSystem read(PlanReader in) {
            return new MountFileSystem(
                    in.takeText(),
                    in.takeText(),
                    in.takeText(),
                    in.take64(),
                    in.takeText(),
                    in.take64(),
                    in.takeFlag(),
                    in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.MOUNT_FILE_SYSTEM;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(type)
                    .putText(source)
                    .putText(target)
                    .put64(flags)
                    .putText(data)
                    .put64(propagation)
                    .putFlag(refuseLinks)
                    .putFlag(copyUp);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            InsideRootfs inside = context.inside();
            MountPoints points = new MountPoints(context);
            boolean ownMode = (',' + data).contains(",mode=");
            Optional<String> mode = type.equals("tmpfs") && !ownMode ? modeOf(context) : Optional.of("");
            try (OpenFile opened = refuseLinks ? inside.directoryWithoutLinks(target) : inside.directory(target)) {
                if (!type.equals(PROC)) {
                    points.refuseInProc(opened, target);
                }
                points.refuseRoot(opened, target);
                if (mode.isEmpty()) {
                    // The next launch covers the new directory too, and uses its mode.
                    linux.changeMode(FileFlag.AT_FDCWD, opened.path(), TMPFS_MODE);
                }
                String options = StepFormatter.join(data, mode.orElse(""));
                options = options.isEmpty() ? null : options;
                if (!copyUp) {
                    mount(linux, opened, options);
                } else {
                    // The tmpfs is filled while it is still writable.
                    long readOnly = flags & MountFlag.MS_RDONLY.value();
                    linux.mount(source, opened.path(), type, flags & ~readOnly, options);
                    copyUp(context, opened, readOnly);
                }
            }
            if (type.equals(PROC) && ProcPaths.isProc(target)) {
                points.enterProc();
            } else if (type.equals(SYSFS) && ProcPaths.plain(target).equals(MountPoints.SYS)) {
                points.enterSys();
            } else if (type.equals("tmpfs")) {
                points.ownMount(target);
            }
            if (propagation != 0) {
                try (OpenFile mount = inside.existing(target)) {
                    linux.mount(null, mount.path(), null, propagation, null);
                }
            }
        }

        @Override
        public String describe() {
            String options = StepFormatter.join(MountFlag.describe(flags | propagation), data);
            String what = (flags & MountFlag.MS_REMOUNT.value()) != 0 ? "remount " : "mount " + type + " on ";
            return what + target + StepFormatter.options(copyUp ? StepFormatter.join(options, "tmpcopyup") : options);
        }

        @Override
        public Outcome.Fault concerns() {
            return type.equals("tmpfs") && (flags & MountFlag.MS_REMOUNT.value()) == 0
                    ? Outcome.Fault.TMPFS
                    : Outcome.Fault.NONE;
        }

        @Override
        public String hint(int errno) {
            return switch (errno) {
                case Errno.ENODEV -> "this kernel has no file system " + type;
                case Errno.EINVAL -> "check its options";
                case Errno.EPERM -> showsJoinedPids() ? NamespaceStep.OF_OTHERS : forbidden();
                case Errno.EACCES -> forbidden();
                case Errno.ELOOP -> "no part of " + target + " may be a symbolic link";
                default -> FileSystemStep.super.hint(errno);
            };
        }

        private String forbidden() {
            return type.equals("sysfs")
                    ? "the network namespace belongs to another user namespace than the container's: give the"
                            + " container a network of its own, or bind the host's /sys instead"
                    : "the host forbids it: in a container, run it privileged"
                            + (type.equals(PROC) ? "; with a user namespace, leave out --pid host" : "");
        }

        private void mount(Linux linux, OpenFile opened, String options) {
            try {
                linux.mount(source, opened.path(), type, flags, options);
            } catch (LinuxException e) {
                if (e.errno() == Errno.EPERM && type.equals(SYSFS)) {
                    showHostsSys(linux, opened, e);
                    return;
                }
                if (e.errno() != Errno.EINVAL || !type.equals("devpts") || !data.contains(",gid=5")) {
                    throw e;
                }
                // A joined user namespace may not map the group of terminals.
                String withoutGroup = data.replaceFirst(",gid=5(?=,|$)", "");
                linux.mount(source, opened.path(), type, flags, withoutGroup);
            }
        }

        /**
         * Bind-mounts the host's {@code /sys} instead of a new sysfs: sysfs shows a network namespace's devices, so
         * only the owner of the network namespace can mount one; man 5 sysfs. All mounts below are included, because a
         * user namespace must not uncover what they hide; man 7 mount_namespaces.
         */
        private void showHostsSys(Linux linux, OpenFile opened, LinuxException refused) {
            try (OpenFile mount = new OpenFile(linux, linux.cloneMount(MountPoints.SYS, true))) {
                long readOnly = MountAttr.bits(flags) & MountAttr.MOUNT_ATTR_RDONLY;
                if (readOnly != 0) {
                    linux.setMountAttributes(mount.descriptor(), MountAttr.setting(readOnly), true);
                }
                linux.setMountAttributes(
                        mount.descriptor(),
                        new MountAttr(MountAttr.bits(flags), MountAttr.bitsToClear(flags, 0), 0),
                        false);
                linux.attachMount(mount.descriptor(), opened.descriptor());
            } catch (LinuxException e) {
                refused.addSuppressed(e);
                throw refused;
            }
        }

        /**
         * The mode of a tmpfs without a mode option: that of the directory that it covers, or tmpfs's default, as in
         * runc.
         */
        private Optional<String> modeOf(StepContext context) {
            try (OpenFile covered = context.inside().existing(target)) {
                int mode = context.linux().status(covered.descriptor()).permissions();
                return Optional.of("mode=" + Integer.toOctalString(mode));
            } catch (LinuxException e) {
                return Optional.empty();
            }
        }

        private void copyUp(StepContext context, OpenFile covered, long readOnly) {
            Linux linux = context.linux();
            try (OpenFile mount = context.inside().existing(target)) {
                new TreeCopy(linux).copy(covered.descriptor(), mount.descriptor());
                if (readOnly != 0) {
                    linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
                }
            }
        }
    }
}
