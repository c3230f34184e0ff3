package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;

/** Steps that hide or protect paths after all mounts have been made. */
public sealed interface CoverStep extends Step {

    /**
     * Makes the mount at {@code path} read-only after everything in it has been created; mounts below it are not
     * changed.
     */
    record SealMount(String path) implements CoverStep {
        static SealMount read(PlanReader in) {
            return new SealMount(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SEAL_MOUNT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile mount = context.inside().existing(path)) {
                // This changes the mount only, not its file system: another mount that has appeared here might show the
                // host's.
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
            }
        }

        @Override
        public String describe() {
            return "make the mount on " + path + " read-only";
        }
    }

    /** Hides a file behind the null device, or a directory behind an empty one; does nothing when it is missing. */
    record MaskPath(String path) implements CoverStep {

        private static final String NULL_DEVICE = "/dev/null";

        static MaskPath read(PlanReader in) {
            return new MaskPath(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.MASK_PATH;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void apply(StepContext context) {
            try (OpenFile target = context.existingOrNull(path)) {
                if (target != null) {
                    mask(context, target);
                }
            }
        }

        private void mask(StepContext context, OpenFile target) {
            Linux linux = context.linux();
            FileStatus status = linux.status(target.descriptor());
            if (context.inside().isRootMount(status)) {
                throw new StepFailure(path + " leads to the root, which cannot be masked");
            }
            if (status.isDirectory()) {
                linux.mount("tmpfs", target.path(), "tmpfs", MountFlag.MS_RDONLY.value(), "size=0k");
            } else {
                maskFile(linux, target);
            }
        }

        @Override
        public String describe() {
            return "mask " + path;
        }

        /** Uses the host's null device, and checks it: the image could replace the container's. */
        private static void maskFile(Linux linux, OpenFile target) {
            int flags = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
            try (OpenFile device = new OpenFile(linux, linux.open(NULL_DEVICE, flags))) {
                FileStatus status = linux.status(device.descriptor());
                if (!status.isCharacterDevice(1, 3)) {
                    throw new StepFailure(NULL_DEVICE + " of the host is not the null device");
                }
                linux.mount(device.path(), target.path(), null, MountFlag.MS_BIND.value(), null);
            }
        }
    }

    /** Makes the tree at {@code path} read-only; does nothing when it is missing. */
    record ReadOnlyPath(String path) implements CoverStep {
        static ReadOnlyPath read(PlanReader in) {
            return new ReadOnlyPath(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.READ_ONLY_PATH;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile target = context.existingOrNull(path)) {
                if (target == null) {
                    return;
                }
                if (context.inside().isRootMount(linux.status(target.descriptor()))) {
                    // A link to the root. pivot_root would leave a mount on top of it behind.
                    linux.setMountAttributes(
                            target.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
                    return;
                }
                seal(linux, target);
            }
        }

        @Override
        public String describe() {
            return "make read-only " + path;
        }

        private static void seal(Linux linux, OpenFile target) {
            try (OpenFile mount = new OpenFile(linux, linux.cloneMount(target.path(), true))) {
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), true);
                linux.attachMount(mount.descriptor(), target.descriptor());
            }
        }
    }
}
