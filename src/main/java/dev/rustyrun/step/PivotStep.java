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
     * Makes the entered rootfs the root, and lets go of the host's; man 2 pivot_root.
     *
     * @param allowed whether pivot_root(2) may be used; else the rootfs covers the host's root, and is entered by chroot(2)
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
            // Who may chroot can leave a chroot; man 2 chroot.
            context.withholdCapabilities(Capability.bits(Set.of(Capability.CAP_SYS_CHROOT)));
            context.note("chroot instead, as this root cannot be pivoted from (an initramfs, or a chroot);"
                    + " CAP_SYS_CHROOT is withheld");
        }

        @Override
        public String describe() {
            return allowed ? "pivot_root" : "cover the root and chroot";
        }

        /** False when the kernel refused. */
        private static boolean pivot(Linux linux) {
            try {
                linux.pivotRoot(".", ".");
                // Both roots are now stacked at ".": the old one is on top, and goes.
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
         * Where the present root cannot be pivoted from, because it is the kernel's initramfs or not a mount (as in a
         * chroot): covers it with the working directory, then enters that. What is covered stays in the mount namespace.
         */
        private static void moveAndChroot(Linux linux) {
            linux.mount(".", "/", null, MountFlag.MS_MOVE.value(), null);
            new HostKernelViews(linux).remove();
            linux.chroot(".");
        }
    }

    /** Makes this process's root the root that later steps know: that of the mount namespace it has joined. */
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

        /** A file of a user whom the container's user namespace does not have, such as its terminal, could be given to nobody. */
        private static void makeFilesAsItsRoot(Linux linux) {
            try {
                linux.setFileOwner(0, 0);
            } catch (LinuxException unmapped) {
                return;
            }
            // A change of ids makes the kernel forget this; init dies with child.
            linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        }
    }

    /** Makes the root mount read-only; mounts below it stay as they are. */
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
