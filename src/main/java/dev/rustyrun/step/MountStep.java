package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.Outcome;

/** Steps that make mounts of the host visible in the container. */
public sealed interface MountStep extends Step {

    /**
     * Bind-mounts a host file or directory on {@code target}, which is created when missing.
     *
     * @param source host path
     * @param recursive whether mounts below the source are included
     * @param set {@link MountAttr} bits to set on the new mount
     * @param clear bits to clear on it
     * @param setBelow bits to set on it and on all mounts below it
     * @param clearBelow bits to clear on the same mounts
     * @param propagation MS_ propagation flag for the new mount, optionally with MS_REC, or 0
     * @param sourceDue index of {@link HostStep.OpenSource}, for a source that this stage cannot reach; or none
     */
    record BindMount(
            String source,
            String target,
            boolean recursive,
            long set,
            long clear,
            long setBelow,
            long clearBelow,
            long propagation,
            int sourceDue)
            implements MountStep {
        /** A bind mount whose source this stage can reach. */
        public BindMount(
                String source,
                String target,
                boolean recursive,
                long set,
                long clear,
                long setBelow,
                long clearBelow,
                long propagation) {
            this(source, target, recursive, set, clear, setBelow, clearBelow, propagation, HostStep.NONE);
        }

        static BindMount read(PlanReader in) {
            return new BindMount(
                    in.takeText(),
                    in.takeText(),
                    in.takeFlag(),
                    in.take64(),
                    in.take64(),
                    in.take64(),
                    in.take64(),
                    in.take64(),
                    in.take32());
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
                    .put64(propagation)
                    .put32(sourceDue);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            MountPoints points = new MountPoints(context);
            try (OpenFile mount = points.copyOf(source, recursive, sourceDue);
                    OpenFile opened = points.targetOf(mount, target)) {
                setAttributes(linux, mount);
                points.attach(mount, opened, target);
                setPropagation(linux, mount);
            }
            points.mountedAt(target);
        }

        @Override
        public String describe() {
            String own = StepFormatter.join(
                    MountAttr.describe(set | setBelow, clear | clearBelow), MountFlag.describe(propagation));
            return "bind mount " + source + " on " + target
                    + StepFormatter.options(StepFormatter.join(recursive ? "rbind" : "bind", own));
        }

        @Override
        public Outcome.Fault concerns() {
            return Outcome.Fault.MOUNTS;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT ? "does " + source + " exist on the host?" : MountStep.super.hint(errno);
        }

        private void setAttributes(Linux linux, OpenFile mount) {
            if (setBelow != 0 || clearBelow != 0) {
                linux.setMountAttributes(mount.descriptor(), new MountAttr(setBelow, clearBelow, 0), true);
            }
            if (set != 0 || clear != 0) {
                linux.setMountAttributes(mount.descriptor(), new MountAttr(set, clear, 0), false);
            }
        }

        private void setPropagation(Linux linux, OpenFile mount) {
            long own = propagation & ~MountFlag.MS_REC.value();
            if (own != 0) {
                linux.setMountAttributes(mount.descriptor(), new MountAttr(0, 0, own), own != propagation);
            }
        }
    }

    /**
     * Attaches a mount that {@code run} prepares and sends, because this stage no longer has the permissions for it.
     *
     * @param what description for messages
     * @param due index of {@link HostStep.SendMount} or, with {@code own}, of {@link HostStep.ChangeMount}
     * @param own path of a directory or file that the container has mounted: this stage copies that mount, and
     *     {@code run} only changes it; empty when {@code run} makes the mount
     * @param recursive whether the mounts below it are included
     * @param sourceDue index of {@link HostStep.OpenSource}, for an {@code own} that this stage cannot reach; or none
     */
    record ReceiveMount(String target, String what, int due, String own, boolean recursive, int sourceDue)
            implements MountStep {
        /** A mount that {@code run} makes. */
        public ReceiveMount(String target, String what, int due) {
            this(target, what, due, "", false, HostStep.NONE);
        }

        static ReceiveMount read(PlanReader in) {
            return new ReceiveMount(
                    in.takeText(), in.takeText(), in.take32(), in.takeText(), in.takeFlag(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_MOUNT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(target)
                    .putText(what)
                    .put32(due)
                    .putText(own)
                    .putFlag(recursive)
                    .put32(sourceDue);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            MountPoints points = new MountPoints(context);
            int received = own.isEmpty() ? sent(context) : changedCopy(context, points);
            try (OpenFile mount = new OpenFile(linux, received);
                    OpenFile opened = points.targetOf(mount, target)) {
                points.attach(mount, opened, target);
            }
            points.mountedAt(target);
        }

        @Override
        public String describe() {
            return "attach " + what + " at " + target;
        }

        @Override
        public Outcome.Fault concerns() {
            return Outcome.Fault.MOUNTS;
        }

        private int sent(StepContext context) {
            context.connection().ask(due);
            return context.connection().awaitDescriptor();
        }

        private int changedCopy(StepContext context, MountPoints points) {
            try (OpenFile copy = points.copyOf(own, recursive, sourceDue)) {
                context.connection().send(new Report.Due(due, copy.descriptor()));
                return context.connection().awaitDescriptor();
            }
        }
    }

    /**
     * Copies the image's files at {@code target} to the volume that is mounted there, unless the volume has files;
     * owners, permissions and times are kept.
     */
    record FillVolume(String target) implements MountStep {

        static FillVolume read(PlanReader in) {
            return new FillVolume(in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.FILL_VOLUME;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(target);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            InsideRootfs inside = context.inside();
            int directory = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
            try (OpenFile uncovered = inside.uncovered();
                    OpenFile image = new InsideRootfs(linux, uncovered.descriptor()).opened(target, directory);
                    OpenFile volume = inside.opened(target, directory)) {
                new TreeCopy(linux).fill(image, volume);
            }
        }

        @Override
        public String describe() {
            return "fill volume " + target + " with what the image has there";
        }
    }

    /**
     * Creates a copy of the symbolic link {@code source} at {@code target}; man 1 crun, {@code copy-symlink}.
     *
     * @param source host path
     * @param otherwise the mount to make if the source is not a link
     */
    record CopyLink(String source, String target, Step otherwise) implements MountStep {
        static CopyLink read(PlanReader in) {
            return new CopyLink(in.takeText(), in.takeText(), StepKind.read(in.take8(), in));
        }

        @Override
        public StepKind kind() {
            return StepKind.COPY_LINK;
        }

        @Override
        public void writeTo(PlanWriter out) {
            otherwise.writeTo(
                    out.putText(source).putText(target).put8(otherwise.kind().ordinal()));
        }

        @Override
        public void apply(StepContext context) {
            String aim;
            try {
                aim = context.linux().readLink(FileFlag.AT_FDCWD, source);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                    throw e;
                }
                // The source is not a link, or is missing, which the mount reports.
                otherwise.apply(context);
                return;
            }
            context.nodes().makeLink(target, aim);
            try (OpenFile parent = context.inside().directory(InsideRootfs.parentOf(target))) {
                if (!aim.equals(context.linux().readLink(parent.descriptor(), InsideRootfs.nameOf(target)))) {
                    throw new StepFailure("the container has another link at " + target);
                }
            } catch (LinuxException e) {
                if (e.errno() == Errno.EINVAL) {
                    throw new StepFailure(
                            target
                                    + " already exists and is no link: remove it from the rootfs, or choose another destination");
                }
                if (e.errno() == Errno.ENOENT) {
                    throw new StepFailure(target + " would be created in a host directory, which is mounted there");
                }
                throw e;
            }
        }

        @Override
        public String describe() {
            return "copy the link " + source + " to " + target + ", or " + otherwise.describe();
        }
    }
}
