package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.Capability;
import java.util.Set;

/** Steps that make the rootfs the root of this process; man 2 pivot_root, man 2 chroot. */
public sealed interface PivotStep extends Step {

    /**
     * Makes the entered rootfs the root, and detaches the host's; man 2 pivot_root.
     *
     * @param allowed whether pivot_root(2) may be used; otherwise the rootfs covers the host's root, and is entered by
     *     chroot(2)
     */
    record PivotRoot(boolean allowed) implements PivotStep {
        static PivotRoot read(PlanReader in) {
            return new PivotRoot(in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.PIVOT_ROOT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putFlag(allowed);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            boolean pivoted = allowed && pivot(linux);
            if (!pivoted) {
                moveAndChroot(linux);
            }
            linux.changeDirectory("/");
            if (pivoted) {
                return;
            }
            // CAP_SYS_CHROOT permits leaving a chroot; man 2 chroot.
            context.withholdCapabilities(Capability.bits(Set.of(Capability.CAP_SYS_CHROOT)));
            context.note("chroot instead, because pivot_root is not possible here (an initramfs, or a chroot);"
                    + " CAP_SYS_CHROOT is withheld");
        }

        @Override
        public String describe() {
            return allowed ? "pivot_root" : "cover the root and chroot";
        }

        /** Returns false when the kernel does not permit it. */
        private static boolean pivot(Linux linux) {
            try {
                linux.pivotRoot(".", ".");
                // Both roots are now stacked at ".": the old one is on top and is detached.
                linux.detach(".");
                return true;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
                return false;
            }
        }

        /**
         * Where pivot_root is not possible, because the current root is the kernel's initramfs or not a mount point (as
         * in a chroot): moves the working directory's mount over the root and enters it. The covered root stays in the
         * mount namespace.
         */
        private static void moveAndChroot(Linux linux) {
            linux.mount(".", "/", null, MountFlag.MS_MOVE.value(), null);
            new HostKernelViews(linux).remove();
            linux.chroot(".");
        }
    }

    /** Makes this process's root, that of the joined mount namespace, the root for later steps. */
    record EnterContainer() implements PivotStep {
        @Override
        public StepKind kind() {
            return StepKind.ENTER_CONTAINER;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            makeFilesAsItsRoot(linux);
            context.enter(linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }

        @Override
        public String describe() {
            return "enter the container's root";
        }

        /**
         * Makes files that this process creates belong to the user namespace's root. A file of an unmapped user, such
         * as its terminal, could not be given to any other user.
         */
        private static void makeFilesAsItsRoot(Linux linux) {
            try {
                linux.setFileOwner(0, 0);
            } catch (LinuxException unmapped) {
                return;
            }
            // Changing ids clears this setting; init dies with child.
            linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        }
    }

    /** Makes the root mount read-only; mounts below it are not changed. */
    record ReadOnlyRoot() implements PivotStep {
        @Override
        public StepKind kind() {
            return StepKind.READ_ONLY_ROOT;
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile root = new OpenFile(linux, linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
                linux.setMountAttributes(root.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
            }
        }

        @Override
        public String describe() {
            return "make the root read-only";
        }
    }
}
