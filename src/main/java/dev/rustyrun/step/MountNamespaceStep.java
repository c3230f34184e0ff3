package dev.rustyrun.step;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.Capability;
import java.util.Set;

/**
 * Steps for a container that uses an existing mount namespace. Other processes in it keep its root, so the container's
 * processes get their root by chroot(2), without the capability to leave it; man 7 mount_namespaces.
 */
public sealed interface MountNamespaceStep extends Step {

    /**
     * Enters the mount namespace that {@link NamespaceStep.OpenNamespace} has opened; man 2 setns. Throws if mounts on
     * {@code rootfs} would propagate to other mount namespaces.
     *
     * @param handedDown index among the descriptors that {@code init} has inherited
     * @param rootfs path of the rootfs in that namespace; empty if nothing will be mounted there
     */
    record JoinMounts(int handedDown, String rootfs) implements MountNamespaceStep {
        private static final String SHARED = " shared:";
        private static final String END_OF_OPTIONAL_FIELDS = " - ";

        static JoinMounts read(PlanReader in) {
            return new JoinMounts(in.take32(), in.takeText());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_MOUNTS;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown).putText(rootfs);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            // The joined namespace need not have a /proc that shows this process.
            try (OpenFile self = new OpenFile(
                            linux, linux.open("/proc/thread-self", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                    OpenFile namespace = new OpenFile(linux, Connection.FIRST_HANDED_DOWN + handedDown)) {
                // The threads of a JVM share their root directory, but setns(2) requires that no other thread shares
                // it.
                linux.unshare(CloneFlag.CLONE_FS);
                linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWNS.value());
                if (!rootfs.isEmpty()) {
                    refuseShared(linux, self);
                }
            }
        }

        private void refuseShared(Linux linux, OpenFile self) {
            try (OpenFile root = new OpenFile(linux, linux.open(rootfs, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                    OpenFile mounts =
                            new OpenFile(linux, linux.openInRoot(self.descriptor(), "mountinfo", FileFlag.O_RDONLY))) {
                String id = linux.status(root.descriptor()).mount() + " ";
                boolean shared = linux.readText(mounts.descriptor(), Integer.MAX_VALUE)
                        .lines()
                        .filter(line -> line.startsWith(id))
                        .anyMatch(line -> line.substring(0, line.indexOf(END_OF_OPTIONAL_FIELDS))
                                .contains(SHARED));
                if (shared) {
                    throw new StepFailure("mounts on " + rootfs + " in this mount namespace would appear in"
                            + " others, too: make its mount private there first, mount --make-private");
                }
            }
        }

        @Override
        public String describe() {
            return "join the opened CLONE_NEWNS";
        }

        @Override
        public String hint(int errno) {
            return switch (errno) {
                case Errno.EPERM ->
                    "the mount namespace belongs to another user namespace than the container's: join that one too,"
                            + " or let the container have a new mount namespace";
                case Errno.ENOENT -> "the rootfs must exist in the mount namespace that is joined";
                default -> MountNamespaceStep.super.hint(errno);
            };
        }
    }

    /**
     * Enters the root file system at host path {@code rootfs} without mounting anything.
     *
     * @param refuseDevices whether the mount must be nodev, because device files there could otherwise reach the host's
     *     devices
     */
    record EnterDirectory(String rootfs, boolean refuseDevices) implements MountNamespaceStep {
        static EnterDirectory read(PlanReader in) {
            return new EnterDirectory(in.takeText(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.ENTER_DIRECTORY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(rootfs).putFlag(refuseDevices);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            RootStep.EnterRootfs.refuseHostsRoot(rootfs, linux.status(rootfs), linux);
            int root = linux.open(rootfs, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
            if (refuseDevices && !linux.fileSystem(root).refusesDevices()) {
                throw new StepFailure("no cgroup limits the devices of this container, and the mount of " + rootfs
                        + " lets device files be opened: mount it with nodev, or use a new mount namespace");
            }
            context.enter(root);
        }

        @Override
        public String describe() {
            return "enter rootfs " + rootfs + " in the host's mount namespace";
        }
    }

    /** Makes the entered rootfs the root of this process; man 2 chroot. */
    record ChangeRoot() implements MountNamespaceStep {
        @Override
        public StepKind kind() {
            return StepKind.CHANGE_ROOT;
        }

        @Override
        public void apply(StepContext context) {
            changeRoot(context);
        }

        @Override
        public String describe() {
            return "chroot, and withhold CAP_SYS_CHROOT";
        }
    }

    /**
     * Opens the root of a process in a container, and passes it on: once the mount namespace is joined, no path leads
     * there.
     *
     * @param path such as {@code /proc/4711/root}
     * @param handedDown index among the descriptors that {@code init} inherits
     */
    record OpenRoot(String path, int handedDown) implements MountNamespaceStep {
        static OpenRoot read(PlanReader in) {
            return new OpenRoot(in.takeText(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.OPEN_ROOT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(path).put32(handedDown);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile root = new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
                linux.duplicate(root.descriptor(), Connection.FIRST_HANDED_DOWN + handedDown);
            }
        }

        @Override
        public String describe() {
            return "open " + path;
        }

        @Override
        public String hint(int errno) {
            return errno == Errno.ENOENT ? "has the process ended?" : MountNamespaceStep.super.hint(errno);
        }
    }

    /**
     * Makes the root that {@link OpenRoot} has opened the root of this process; man 2 chroot.
     *
     * @param handedDown index among the descriptors that {@code init} has inherited
     */
    record JoinRoot(int handedDown) implements MountNamespaceStep {
        static JoinRoot read(PlanReader in) {
            return new JoinRoot(in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.JOIN_ROOT;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(handedDown);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try (OpenFile root = new OpenFile(linux, Connection.FIRST_HANDED_DOWN + handedDown)) {
                linux.changeDirectory(root.descriptor());
            }
            changeRoot(context);
        }

        @Override
        public String describe() {
            return "chroot to the opened root, and withhold CAP_SYS_CHROOT";
        }
    }

    private static void changeRoot(StepContext context) {
        Linux linux = context.linux();
        linux.chroot(".");
        linux.changeDirectory("/");
        // CAP_SYS_CHROOT permits leaving a chroot, and joining the mount namespace again; man 2 chroot, man 2 setns.
        context.withholdCapabilities(Capability.bits(Set.of(Capability.CAP_SYS_CHROOT)));
    }
}
