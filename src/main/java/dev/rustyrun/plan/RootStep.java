package dev.rustyrun.plan;

import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import java.util.List;

/** Steps about the root of the mount tree; man 7 mount_namespaces, man 2 pivot_root. */
public sealed interface RootStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /** Changes how mount events spread: {@link MountFlag} bits, with MS_REC for all below {@code target} too. */
    record SetPropagation(String target, long flags) implements RootStep {
        static SetPropagation read(PlanReader in) {
            return new SetPropagation(in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.SET_PROPAGATION;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(target).put64(flags);
        }

        @Override
        public void performBy(Performer performer) {
            performer.setPropagation(this);
        }

        @Override
        public String describe() {
            return "set propagation of " + target + " to " + MountFlag.describe(flags);
        }
    }

    /**
     * Makes the executable of Rustyrun read-only for the container, which could otherwise reach it through
     * {@code /proc/PID/exe} while a stage still runs in it, and overwrite it on the host (CVE-2019-5736).
     *
     * @param path the host's
     */
    record ProtectProgram(String path) implements RootStep {
        static ProtectProgram read(PlanReader in) {
            return new ProtectProgram(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.PROTECT_PROGRAM;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void performBy(Performer performer) {
            performer.protectProgram(this);
        }

        @Override
        public String describe() {
            return "make " + path + " read-only for the container";
        }
    }

    /**
     * Makes the root file system at host path {@code rootfs} a mount of its own, as pivot_root needs, and enters it.
     *
     * @param set {@link MountAttr} bits for the new mount
     */
    record EnterRootfs(String rootfs, long set) implements RootStep {
        static EnterRootfs read(PlanReader in) {
            return new EnterRootfs(in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_ROOTFS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(rootfs).put64(set);
        }

        @Override
        public void performBy(Performer performer) {
            performer.enterRootfs(this);
        }

        @Override
        public String describe() {
            return "enter rootfs " + rootfs + Words.options(MountAttr.describe(set, 0));
        }
    }

    /**
     * Enters an overlay of read-only host directories whose upper layer is a tmpfs, thrown away with the container; the
     * kernel's overlayfs.rst.
     *
     * @param layers host paths, the topmost first
     * @param upperOptions for the tmpfs, such as {@code size=64m}
     * @param overlayOptions for the overlay, each after a comma
     * @param set {@link MountFlag} bits for the overlay
     */
    record EnterOverlay(List<String> layers, String upperOptions, String overlayOptions, long set) implements RootStep {
        public EnterOverlay {
            layers = List.copyOf(layers);
        }

        static EnterOverlay read(PlanReader in) {
            return new EnterOverlay(in.takeTexts(), in.takeText(), in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_OVERLAY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(layers).putText(upperOptions).putText(overlayOptions).put64(set);
        }

        @Override
        public void performBy(Performer performer) {
            performer.enterOverlay(this);
        }

        @Override
        public String describe() {
            return "enter overlay of " + String.join(", ", layers) + Words.options(upperOptions);
        }
    }

    /**
     * Covers the host directory {@code path} with a mount of it that maps ids, which {@code run} has prepared and sends
     * along.
     */
    record ReceiveLayer(String path) implements RootStep {
        static ReceiveLayer read(PlanReader in) {
            return new ReceiveLayer(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_LAYER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void performBy(Performer performer) {
            performer.receiveLayer(this);
        }

        @Override
        public String describe() {
            return "map the ids of " + path;
        }
    }

    /** Makes this process's root the root that later steps know: that of the mount namespace it has joined. */
    record EnterContainer() implements RootStep {
        @Override
        public StepKind kind() {
            return StepKind.ENTER_CONTAINER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.enterContainer(this);
        }

        @Override
        public String describe() {
            return "enter the container's root";
        }
    }

    /**
     * Makes the entered rootfs the root, and lets go of the host's; man 2 pivot_root.
     *
     * @param allowed whether pivot_root(2) may be used; else the rootfs covers the host's root, and is entered by chroot(2)
     */
    record PivotRoot(boolean allowed) implements RootStep {
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
        public void performBy(Performer performer) {
            performer.pivotRoot(this);
        }

        @Override
        public String describe() {
            return allowed ? "pivot_root" : "cover the root and chroot";
        }
    }

    /** Makes the root mount read-only; mounts below it stay as they are. */
    record ReadOnlyRoot() implements RootStep {
        @Override
        public StepKind kind() {
            return StepKind.READ_ONLY_ROOT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            // Nothing to tell.
        }

        @Override
        public void performBy(Performer performer) {
            performer.readOnlyRoot(this);
        }

        @Override
        public String describe() {
            return "make the root read-only";
        }
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void setPropagation(SetPropagation step);

        void protectProgram(ProtectProgram step);

        void enterRootfs(EnterRootfs step);

        void enterOverlay(EnterOverlay step);

        void receiveLayer(ReceiveLayer step);

        void pivotRoot(PivotRoot step);

        void enterContainer(EnterContainer step);

        void readOnlyRoot(ReadOnlyRoot step);
    }
}
