package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Steps for the root of the mount tree; man 7 mount_namespaces. */
public sealed interface RootStep extends Step {

    @Override
    default String hint(int errno) {
        return errno == Errno.EACCES
                ? "the container's root must be able to search each directory above it: chmod o+x them"
                : Step.super.hint(errno);
    }

    /** Sets the propagation of mounts: {@link MountFlag} bits, with MS_REC for all mounts below {@code target}, too. */
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            linux.mount(null, target, null, flags, null);
        }

        @Override
        public String describe() {
            return "set propagation of " + target + " to " + MountFlag.describe(flags);
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.EINVAL
                    ? "/ is not a mount point here (a chroot?): bind it to itself first, mount --rbind DIR DIR, and"
                            + " chroot again"
                    : RootStep.super.hint(errno);
        }
    }

    /**
     * Makes Rustyrun's executable read-only for the container. Otherwise, while a stage still runs in the container,
     * the container could reach it through {@code /proc/PID/exe} and overwrite it on the host (CVE-2019-5736).
     *
     * @param path host path
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
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile mount = new OpenFile(linux, linux.cloneMount(path, false));
                    OpenFile target = new OpenFile(linux, linux.open(path, FileFlag.O_PATH))) {
                linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
                linux.attachMount(mount.descriptor(), target.descriptor());
            }
        }

        @Override
        public String describe() {
            return "make " + path + " read-only for the container";
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT
                    ? "Rustyrun's executable was removed or replaced while it ran: start it again"
                    : RootStep.super.hint(errno);
        }
    }

    /**
     * Makes the root file system at host path {@code rootfs} a mount of its own, as pivot_root requires, and enters it.
     *
     * @param set {@link MountAttr} bits for the new mount
     * @param isolated whether this mount and those below it are removed from the peer groups of their originals; in a
     *     new mount namespace they are in none
     * @param sentDue index of {@link HostStep.SendMount}, for an id-mapped mount, which {@code run} makes; or none
     * @param placeDue index of {@link HostStep.OpenSource}, for a {@code rootfs} that this stage cannot reach because a
     *     directory above it is closed to the container's root; or none
     */
    record EnterRootfs(String rootfs, long set, boolean isolated, int sentDue, int placeDue) implements RootStep {
        /** Enters it in a new mount namespace. */
        public EnterRootfs(String rootfs, long set) {
            this(rootfs, set, false);
        }

        /** Enters a mount that this stage makes. */
        public EnterRootfs(String rootfs, long set, boolean isolated) {
            this(rootfs, set, isolated, HostStep.NONE, HostStep.NONE);
        }

        static EnterRootfs read(PlanReader in) {
            return new EnterRootfs(in.takeText(), in.take64(), in.takeFlag(), in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_ROOTFS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(rootfs).put64(set).putFlag(isolated).put32(sentDue).put32(placeDue);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            int root = sentDue == HostStep.NONE ? bound(linux) : received(context);
            if (set != 0) {
                linux.setMountAttributes(root, MountAttr.setting(set), false);
            }
            context.enter(root);
        }

        private int bound(Linux linux) {
            refuseHostsRoot(rootfs, linux.status(rootfs), linux);
            linux.mount(rootfs, rootfs, null, MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC), null);
            if (isolated) {
                linux.mount(null, rootfs, null, MountFlag.of(MountFlag.MS_REC, MountFlag.MS_PRIVATE), null);
            }
            return linux.open(rootfs, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
        }

        private int received(StepContext context) {
            Linux linux = context.linux();
            context.connection().ask(sentDue);
            int mount = context.connection().awaitDescriptor();
            refuseHostsRoot(rootfs, linux.status(mount), linux);
            try (OpenFile place = context.openOrAsk(rootfs, placeDue)) {
                linux.attachMount(mount, place.descriptor());
            }
            return mount;
        }

        @Override
        public String describe() {
            return "enter rootfs " + rootfs + StepFormatter.options(MountAttr.describe(set, 0));
        }

        /** Rejects the host's root under any name: a link, a path with {@code ..}, another mount of it. */
        static void refuseHostsRoot(String rootfs, FileStatus status, Linux linux) {
            if (status.place().equals(linux.status("/").place())) {
                throw new StepFailure(
                        "rootfs " + rootfs + " is the host's own root: add --ephemeral to leave it unchanged");
            }
        }
    }

    /**
     * Enters an overlay of read-only host directories whose upper layer is a tmpfs, which is discarded with the
     * container; the kernel's overlayfs.rst.
     *
     * @param layers host paths, topmost first
     * @param upperOptions options of the tmpfs, such as {@code size=64m}
     * @param overlayOptions options of the overlay, each after a comma
     * @param set {@link MountFlag} bits for the overlay
     * @param isImage whether the layers are those of an image, so that they may be copied where no overlay can be
     *     mounted; a directory of the host may have any size
     */
    record EnterOverlay(List<String> layers, String upperOptions, String overlayOptions, long set, boolean isImage)
            implements RootStep {

        /**
         * Directories in which an overlay can be assembled when the rootfs is {@code /} itself; at least one must
         * exist.
         */
        private static final List<String> PLACES = List.of("/tmp", "/mnt", "/run", "/var");

        public EnterOverlay {
            layers = List.copyOf(layers);
        }

        static EnterOverlay read(PlanReader in) {
            return new EnterOverlay(in.takeTexts(), in.takeText(), in.takeText(), in.take64(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_OVERLAY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(layers)
                    .putText(upperOptions)
                    .putText(overlayOptions)
                    .put64(set)
                    .putFlag(isImage);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            String place = placeFor(linux, layers.get(0));
            try {
                putTogether(context, place);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINVAL || !layers.equals(List.of("/"))) {
                    throw e;
                }
                linux.detach(place);
                context.enter(new ReadOnlyHostTree(linux).attachAt(place));
                context.note("/ read-only with fresh /tmp, /var/tmp and /run instead, because it cannot be a layer of"
                        + " an overlay in this user namespace");
            }
        }

        @Override
        public String describe() {
            return "enter overlay of " + String.join(", ", layers) + StepFormatter.options(upperOptions);
        }

        private void putTogether(StepContext context, String place) {
            Linux linux = context.linux();
            List<OpenFile> open = new ArrayList<>();
            StringBuilder lower = new StringBuilder("lowerdir=");
            for (String path : layers) {
                // Named by its descriptor, a path may contain commas and colons, and may be covered by the tmpfs that
                // follows.
                OpenFile layer = new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                lower.append(open.isEmpty() ? "" : ":").append(layer.path());
                open.add(layer);
            }
            linux.mount("tmpfs", place, "tmpfs", MountFlag.MS_NODEV.value(), upperOptions);
            try (OpenFile made = new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
                for (String directory : List.of("upper", "work", "root")) {
                    linux.makeDirectory(made.descriptor(), directory, 0755);
                }
                String own = ",upperdir=" + made.path() + "/upper,workdir=" + made.path() + "/work";
                mount(context, place, lower + own + overlayOptions, open);
            } finally {
                // Through an open directory of the host, the command's path could leave the container (CVE-2024-21626).
                open.forEach(OpenFile::close);
            }
        }

        private void mount(StepContext context, String place, String options, List<OpenFile> open) {
            Linux linux = context.linux();
            try {
                linux.mount("overlay", place + "/root", "overlay", set, options);
                context.enter(linux.open(place + "/root", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
            } catch (LinuxException e) {
                String why = new LayerOverlay(linux, layers, Optional.of(place))
                        .obstacle(e)
                        .filter(obstacle -> isImage)
                        .orElseThrow(() -> e);
                context.warn(why + ": the container gets a copy of the image's files in memory");
                LayerCopy copy = new LayerCopy(linux, place);
                copy.make(open.stream().map(OpenFile::path).toList());
                context.enter(copy.mount(set).descriptor());
            }
        }

        @Override
        public String hint(int errno) {
            return isImage && errno == Errno.ENOSPC
                    ? "the copy of the image's files does not fit: raise --ephemeral=SIZE"
                    : RootStep.super.hint(errno);
        }

        private static String placeFor(Linux linux, String rootfs) {
            if (!rootfs.equals("/")) {
                return rootfs;
            }
            for (String place : PLACES) {
                try {
                    if (linux.status(place).isDirectory()) {
                        return place;
                    }
                } catch (LinuxException e) {
                    if (e.errno() != Errno.ENOENT) {
                        throw e;
                    }
                }
            }
            throw new StepFailure("none of " + String.join(", ", PLACES)
                    + " exists, and the overlay must be assembled in one of them");
        }
    }

    /**
     * Enters an overlay of an image's layers and the container's own layer.
     *
     * @param layers host paths of the image's layers, topmost first
     * @param folder host path of the directory of the container's own layer: {@code upper}, {@code work} and
     *     {@code root}
     * @param overlayOptions options of the overlay, each after a comma
     * @param set {@link MountFlag} bits for the overlay
     */
    record EnterLayers(List<String> layers, String folder, String overlayOptions, long set) implements RootStep {
        public EnterLayers {
            layers = List.copyOf(layers);
        }

        static EnterLayers read(PlanReader in) {
            return new EnterLayers(in.takeTexts(), in.takeText(), in.takeText(), in.take64());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_LAYERS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putTexts(layers).putText(folder).putText(overlayOptions).put64(set);
        }

        @Override
        public void apply(StepContext context) {
            LayerCopy copy = new LayerCopy(context.linux(), folder);
            LayerOverlay overlay = new LayerOverlay(context.linux(), layers, Optional.of(folder));
            if (copy.exists()) {
                context.enter(copy.mount(set).descriptor());
                return;
            }
            try {
                context.enter(
                        overlay.mount(folder + "/root", overlayOptions, set).descriptor());
            } catch (LinuxException e) {
                String why = overlay.obstacle(e).orElseThrow(() -> e);
                context.warn(why + ": the container gets a copy of the image's files, which takes time and disk space");
                copy.make(layers);
                context.enter(copy.mount(set).descriptor());
            }
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOSPC || errno == Errno.EDQUOT
                    ? "the copy of the image's files does not fit: free some space, or raise --storage-size"
                    : RootStep.super.hint(errno);
        }

        @Override
        public String describe() {
            return "enter overlay of " + layers.size() + (layers.size() == 1 ? " layer" : " layers") + " and " + folder
                    + "/upper" + StepFormatter.options(overlayOptions.replaceFirst("^,", ""));
        }
    }

    /**
     * Covers the host directory {@code path} with an id-mapped mount of it, which {@code run} prepares and sends.
     */
    record ReceiveLayer(String path, int due) implements RootStep {
        static ReceiveLayer read(PlanReader in) {
            return new ReceiveLayer(in.takeText(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.RECEIVE_LAYER;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            context.connection().ask(due);
            try (OpenFile mount = new OpenFile(linux, context.connection().awaitDescriptor());
                    OpenFile target = new OpenFile(linux, linux.open(path, FileFlag.O_PATH))) {
                linux.attachMount(mount.descriptor(), target.descriptor());
            }
        }

        @Override
        public String describe() {
            return "map the ids of " + path;
        }
    }
}
