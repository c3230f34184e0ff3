package dev.rustyrun.plan;

import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;

/** Steps about what is mounted below the root, and the files that a container is given there. */
public sealed interface MountStep extends Step {

    /** Hands this step to the method of {@code performer} for its kind. */
    void performBy(Performer performer);

    /**
     * Mounts a file system.
     *
     * @param target made when missing; for {@code refuseLinks} no part of it may be a symbolic link
     * @param flags {@link MountFlag} bits
     * @param data for the file system, or empty
     * @param propagation of the new mount, an MS_ flag perhaps with MS_REC, or 0
     * @param copyUp whether it starts with a copy of what it covers, runc's {@code tmpcopyup}
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
            implements MountStep {

        /** The option of a proc that shows another PID namespace than the mounter's; the kernel's filesystems/proc.rst. */
        static final String PIDNS = "pidns=";

        /** Whether it is a proc of a joined PID namespace. */
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
        public void performBy(Performer performer) {
            performer.mountFileSystem(this);
        }

        @Override
        public String describe() {
            String options = Words.join(MountFlag.describe(flags | propagation), data);
            String what = (flags & MountFlag.MS_REMOUNT.value()) != 0 ? "remount " : "mount " + type + " on ";
            return what + target + Words.options(copyUp ? Words.join(options, "tmpcopyup") : options);
        }
    }

    /**
     * Shows a host file or directory at {@code target}, made when missing.
     *
     * @param source host path
     * @param recursive whether mounts below the source come along
     * @param set {@link MountAttr} bits to set on the new mount
     * @param clear bits to clear on it
     * @param setBelow bits to set on it and on all mounts below it
     * @param clearBelow bits to clear on them
     * @param propagation of the new mount, an MS_ flag perhaps with MS_REC, or 0
     */
    record BindMount(
            String source,
            String target,
            boolean recursive,
            long set,
            long clear,
            long setBelow,
            long clearBelow,
            long propagation)
            implements MountStep {
        static BindMount read(PlanReader in) {
            return new BindMount(
                    in.takeText(),
                    in.takeText(),
                    in.takeFlag(),
                    in.take64(),
                    in.take64(),
                    in.take64(),
                    in.take64(),
                    in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.BIND_MOUNT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(source)
                    .putText(target)
                    .putFlag(recursive)
                    .put64(set)
                    .put64(clear)
                    .put64(setBelow)
                    .put64(clearBelow)
                    .put64(propagation);
        }

        @Override
        public void performBy(Performer performer) {
            performer.bindMount(this);
        }

        @Override
        public String describe() {
            String own =
                    Words.join(MountAttr.describe(set | setBelow, clear | clearBelow), MountFlag.describe(propagation));
            return "bind mount " + source + " on " + target
                    + Words.options(Words.join(recursive ? "rbind" : "bind", own));
        }
    }

    /** Shows a device of the host's where no device file can be made. */
    record ShareDevice(String path) implements MountStep {
        static ShareDevice read(PlanReader in) {
            return new ShareDevice(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.SHARE_DEVICE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path);
        }

        @Override
        public void performBy(Performer performer) {
            performer.shareDevice(this);
        }

        @Override
        public String describe() {
            return "show the host's " + path;
        }
    }

    /**
     * Attaches a mount that {@code run} has prepared and sends along, for it takes rights that this stage no longer has.
     *
     * @param what it is, in words
     * @param own the path of a directory or file that the container has mounted: this stage copies that mount, and {@code run}
     *     only changes it; empty when all is done there
     * @param recursive whether the mounts below that come along
     */
    record ReceiveMount(String target, String what, String own, boolean recursive) implements MountStep {
        /** One that {@code run} makes. */
        ReceiveMount(String target, String what) {
            this(target, what, "", false);
        }

        static ReceiveMount read(PlanReader in) {
            return new ReceiveMount(in.takeText(), in.takeText(), in.takeText(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_MOUNT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(target).putText(what).putText(own).putFlag(recursive);
        }

        @Override
        public void performBy(Performer performer) {
            performer.receiveMount(this);
        }

        @Override
        public String describe() {
            return "attach " + what + " at " + target;
        }
    }

    /** Makes a device file. */
    record MakeDevice(String path, boolean block, int major, int minor, int mode, int uid, int gid)
            implements MountStep {
        static MakeDevice read(PlanReader in) {
            return new MakeDevice(
                    in.takeText(), in.takeFlag(), in.take32(), in.take32(), in.take32(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.MAKE_DEVICE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path)
                    .putFlag(block)
                    .put32(major)
                    .put32(minor)
                    .put32(mode)
                    .put32(uid)
                    .put32(gid);
        }

        @Override
        public void performBy(Performer performer) {
            performer.makeDevice(this);
        }

        @Override
        public String describe() {
            return "make " + (block ? "block " : "") + "device " + path + " (" + major + ":" + minor + ")";
        }
    }

    /** Makes a named pipe; man 7 fifo. */
    record MakeFifo(String path, int mode, int uid, int gid) implements MountStep {
        static MakeFifo read(PlanReader in) {
            return new MakeFifo(in.takeText(), in.take32(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.MAKE_FIFO;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(mode).put32(uid).put32(gid);
        }

        @Override
        public void performBy(Performer performer) {
            performer.makeFifo(this);
        }

        @Override
        public String describe() {
            return "make fifo " + path;
        }
    }

    /** Makes a symbolic link. */
    record MakeLink(String path, String target) implements MountStep {
        static MakeLink read(PlanReader in) {
            return new MakeLink(in.takeText(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.MAKE_LINK;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).putText(target);
        }

        @Override
        public void performBy(Performer performer) {
            performer.makeLink(this);
        }

        @Override
        public String describe() {
            return "make link " + path + " -> " + target;
        }
    }

    /** Makes the mount at {@code path} read-only, now that everything is in it; mounts below it stay as they are. */
    record SealMount(String path) implements MountStep {
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
        public void performBy(Performer performer) {
            performer.sealMount(this);
        }

        @Override
        public String describe() {
            return "make the mount on " + path + " read-only";
        }
    }

    /** Hides a file behind the null device or a directory behind an empty one; a missing one is left alone. */
    record MaskPath(String path) implements MountStep {
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
        public void performBy(Performer performer) {
            performer.maskPath(this);
        }

        @Override
        public String describe() {
            return "mask " + path;
        }
    }

    /** Makes what is below {@code path} read-only; a missing one is left alone. */
    record ReadOnlyPath(String path) implements MountStep {
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
        public void performBy(Performer performer) {
            performer.readOnlyPath(this);
        }

        @Override
        public String describe() {
            return "make read-only " + path;
        }
    }

    /** The code for each kind of step in this family: a new kind does not compile until it has some. */
    interface Performer {
        void mountFileSystem(MountFileSystem step);

        void bindMount(BindMount step);

        void receiveMount(ReceiveMount step);

        void shareDevice(ShareDevice step);

        void makeDevice(MakeDevice step);

        void makeFifo(MakeFifo step);

        void makeLink(MakeLink step);

        void sealMount(SealMount step);

        void maskPath(MaskPath step);

        void readOnlyPath(ReadOnlyPath step);
    }
}
