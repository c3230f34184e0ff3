package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;

/** Steps that create devices, pipes and links in the container. */
public sealed interface NodeStep extends Step {

    /**
     * Bind-mounts a device of the host, where no device file can be created.
     *
     * @param source host path
     */
    record ShareDevice(String source, String path, boolean block, int major, int minor) implements NodeStep {
        static ShareDevice read(PlanReader in) {
            return new ShareDevice(in.takeText(), in.takeText(), in.takeFlag(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.SHARE_DEVICE;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(source).putText(path).putFlag(block).put32(major).put32(minor);
        }

        @Override
        public void apply(StepContext context) {
            if (context.nodes().takes(path) && !context.nodes().showDevice(this)) {
                new MountStep.BindMount(source, path, false, 0, 0, 0, 0, 0).apply(context);
            }
        }

        @Override
        public String describe() {
            return "show the host's " + source + (source.equals(path) ? "" : " at " + path);
        }

        /** Whether {@code file} is this device. */
        boolean is(FileStatus file) {
            return file.isDevice() && file.isBlockDevice() == block && file.major() == major && file.minor() == minor;
        }
    }

    /** Creates a device file. */
    record MakeDevice(String path, boolean block, int major, int minor, int mode, int uid, int gid)
            implements NodeStep {
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
        public void apply(StepContext context) {
            int type = block ? FileFlag.S_IFBLK : FileFlag.S_IFCHR;
            context.nodes().makeNode(path, type | mode, FileFlag.device(major, minor), uid, gid);
        }

        @Override
        public String describe() {
            return "make " + (block ? "block " : "") + "device " + path + " (" + major + ":" + minor + ")";
        }
    }

    /** Creates a named pipe; man 7 fifo. */
    record MakeFifo(String path, int mode, int uid, int gid) implements NodeStep {
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
        public void apply(StepContext context) {
            context.nodes().makeNode(path, FileFlag.S_IFIFO | mode, 0, uid, gid);
        }

        @Override
        public String describe() {
            return "make fifo " + path;
        }
    }

    /** Creates a symbolic link. */
    record MakeLink(String path, String target) implements NodeStep {
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
        public void apply(StepContext context) {
            context.nodes().makeLink(path, target);
        }

        @Override
        public String describe() {
            return "make link " + path + " -> " + target;
        }
    }
}
