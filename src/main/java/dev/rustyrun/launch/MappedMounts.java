package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.IdMaps;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.plan.SentMount;
import java.util.List;

/**
 * Makes the mounts that only {@code run}, on the host, can make: those that map ids, and those that mount events go through.
 * The kernel takes a mapping from a user namespace: the container's own, or, for another
 * mapping, one that a helper process makes and lends for the moment; man 2 mount_setattr.
 */
final class MappedMounts {

    private final Linux linux;
    private final SelfExec self;
    private final int containerProcess;

    /** @param containerProcess a process in the container's user namespace */
    MappedMounts(Linux linux, SelfExec self, int containerProcess) {
        this.linux = linux;
        this.self = self;
        this.containerProcess = containerProcess;
    }

    /** A descriptor of the mount that {@code wanted} describes, attached nowhere. */
    int make(SentMount wanted) {
        int mount;
        try {
            mount = linux.cloneMount(wanted.source(), wanted.recursive());
        } catch (LinuxException e) {
            throw new StepFailure(e.getMessage());
        }
        try {
            change(mount, wanted);
            return mount;
        } catch (StepFailure e) {
            linux.close(mount);
            throw e;
        }
    }

    /** Makes {@code mount}, a copy that is attached nowhere, as {@code wanted}. */
    void change(int mount, SentMount wanted) {
        try {
            if (wanted.setBelow() != 0 || wanted.clearBelow() != 0) {
                linux.setMountAttributes(mount, new MountAttr(wanted.setBelow(), wanted.clearBelow(), 0), true);
            }
            if (wanted.set() != 0 || wanted.clear() != 0) {
                linux.setMountAttributes(mount, new MountAttr(wanted.set(), wanted.clear(), 0), false);
            }
            if (wanted.mapsIds()) {
                mapIds(mount, wanted);
            }
            long propagation = wanted.propagation() & ~MountFlag.MS_REC.value();
            if (propagation != 0) {
                linux.setMountAttributes(mount, new MountAttr(0, 0, propagation), propagation != wanted.propagation());
            }
        } catch (LinuxException e) {
            throw new StepFailure(e.getMessage()
                    + (e.errno() == Errno.EINVAL && wanted.mapsIds()
                            ? "; the file system of " + wanted.source()
                                    + (wanted.mapsBelow() ? ", or one mounted below it," : "")
                                    + " cannot map ids: put it on ext4, xfs or btrfs"
                            : ""));
        }
    }

    private void mapIds(int mount, SentMount wanted) {
        boolean lent = wanted.mapping() == SentMount.Mapping.CONTAINER;
        try (OpenFile namespace = new OpenFile(linux, lent ? namespaceOf(containerProcess) : borrow(wanted))) {
            linux.setMountAttributes(mount, MountAttr.mappingIds(namespace.descriptor()), wanted.mapsBelow());
        }
    }

    private int namespaceOf(int process) {
        return linux.open("/proc/" + process + "/ns/user", FileFlag.O_RDONLY);
    }

    private int borrow(SentMount wanted) {
        int[] pair = linux.socketPair();
        int helper = self.start(linux, ChildStage.NAME, pair[1], Integer.toString(linux.processId()));
        linux.close(pair[1]);
        try {
            linux.send(
                    pair[0],
                    new StageChannel.Part(
                                    false,
                                    List.of(
                                            new NamespaceStep.Unshare(
                                                    dev.rustyrun.linux.CloneFlag.CLONE_NEWUSER.value()),
                                            new NamespaceStep.MapIds(false)))
                            .encode(),
                    -1);
            byte[] buffer = new byte[4096];
            StageChannel.Decoder decoder = new StageChannel.Decoder();
            List<Report> reports = List.of();
            while (reports.isEmpty()) {
                int got = linux.receive(pair[0], buffer, buffer.length).count();
                if (got == 0) {
                    throw new StepFailure("the helper that makes a user namespace ended");
                }
                reports = decoder.take(buffer, got, -1);
            }
            if (reports.get(0) instanceof Report.StepFailed failed) {
                throw new StepFailure("the helper failed to " + failed.step() + ": " + failed.reason());
            }
            new IdMapWriter(linux).write(helper, new IdMaps(wanted.uids(), wanted.gids(), true));
            return namespaceOf(helper);
        } finally {
            linux.close(pair[0]);
            linux.kill(helper, dev.rustyrun.linux.Signal.SIGKILL.number());
            linux.await(helper);
        }
    }
}
