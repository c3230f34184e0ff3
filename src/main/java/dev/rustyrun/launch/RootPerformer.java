package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.RootStep;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.spec.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Performs the steps about the root of the mount tree. */
final class RootPerformer implements RootStep.Performer {

    /** Where the layers of an overlay can be put together when the rootfs is {@code /} itself: one of these exists. */
    private static final List<String> PLACES = List.of("/tmp", "/mnt", "/run", "/var");

    private final StageContext context;
    private final Linux linux;

    RootPerformer(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    @Override
    public void setPropagation(RootStep.SetPropagation step) {
        linux.mount(null, step.target(), null, step.flags(), null);
    }

    @Override
    public void protectProgram(RootStep.ProtectProgram step) {
        try (OpenFile mount = new OpenFile(linux, linux.cloneMount(step.path(), false));
                OpenFile target = new OpenFile(linux, linux.open(step.path(), FileFlag.O_PATH))) {
            linux.setMountAttributes(mount.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
            linux.attachMount(mount.descriptor(), target.descriptor());
        }
    }

    @Override
    public void receiveLayer(RootStep.ReceiveLayer step) {
        try (OpenFile mount = new OpenFile(linux, context.channel().awaitDescriptor());
                OpenFile target = new OpenFile(linux, linux.open(step.path(), FileFlag.O_PATH))) {
            linux.attachMount(mount.descriptor(), target.descriptor());
        }
    }

    @Override
    public void enterRootfs(RootStep.EnterRootfs step) {
        refuseHostsRoot(step.rootfs());
        linux.mount(step.rootfs(), step.rootfs(), null, MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC), null);
        int root = linux.open(step.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY);
        if (step.set() != 0) {
            linux.setMountAttributes(root, MountAttr.setting(step.set()), false);
        }
        context.enter(root);
    }

    /** Whatever it is called: a link, a path with {@code ..}, another mount of it. */
    private void refuseHostsRoot(String rootfs) {
        if (linux.status(rootfs).place().equals(linux.status("/").place())) {
            throw new StepFailure("rootfs " + rootfs + " is the host's own root: only --ephemeral leaves it as it is");
        }
    }

    @Override
    public void enterOverlay(RootStep.EnterOverlay step) {
        String place = placeFor(step.layers().get(0));
        try {
            putTogether(step, place);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL || !step.layers().equals(List.of("/"))) {
                throw e;
            }
            linux.detach(place);
            context.enter(new ReadOnlyHostTree(linux).attachAt(place));
            if (context.traced()) {
                context.channel()
                        .send(new Report.StepDone(
                                Stage.INIT,
                                "note: / read-only with fresh /tmp, /var/tmp and /run"
                                        + " instead, as it cannot be a layer of an overlay in this user namespace",
                                0));
            }
        }
    }

    private void putTogether(RootStep.EnterOverlay step, String place) {
        List<OpenFile> layers = new ArrayList<>();
        StringBuilder lower = new StringBuilder("lowerdir=");
        for (String path : step.layers()) {
            // Named by descriptor, a path may have commas and colons, and may be covered by the tmpfs that follows.
            OpenFile layer = new OpenFile(linux, linux.open(path, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
            lower.append(layers.isEmpty() ? "" : ":").append(layer.path());
            layers.add(layer);
        }
        linux.mount("tmpfs", place, "tmpfs", MountFlag.MS_NODEV.value(), step.upperOptions());
        try (OpenFile made = new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            for (String directory : List.of("upper", "work", "root")) {
                linux.makeDirectory(made.descriptor(), directory, 0755);
            }
            linux.mount(
                    "overlay",
                    place + "/root",
                    "overlay",
                    step.set(),
                    lower + ",upperdir=" + made.path() + "/upper,workdir=" + made.path() + "/work"
                            + step.overlayOptions());
            context.enter(linux.open(place + "/root", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        } finally {
            // From a directory of the host's that stays open, the command's path could climb out (CVE-2024-21626).
            layers.forEach(OpenFile::close);
        }
    }

    private String placeFor(String rootfs) {
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
        throw new StepFailure("this system has none of " + String.join(", ", PLACES) + " to put it together in");
    }

    @Override
    public void pivotRoot(RootStep.PivotRoot step) {
        if (new PivotRoot(linux).intoWorkingDirectory(step.allowed())) {
            return;
        }
        // Who may chroot can leave a chroot; man 2 chroot.
        context.withholdCapabilities(Capability.bits(Set.of(Capability.CAP_SYS_CHROOT)));
        if (context.traced()) {
            context.channel()
                    .send(new Report.StepDone(
                            Stage.INIT,
                            "note: chroot instead, as this root cannot be pivoted"
                                    + " from (an initramfs, or a chroot); CAP_SYS_CHROOT is withheld",
                            0));
        }
    }

    @Override
    public void enterContainer(RootStep.EnterContainer step) {
        makeFilesAsItsRoot();
        context.enter(linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
    }

    /** A file of a user whom the container's user namespace does not have, such as its terminal, could be given to nobody. */
    private void makeFilesAsItsRoot() {
        try {
            linux.setFileOwner(0, 0);
        } catch (LinuxException unmapped) {
            return;
        }
        // A change of ids makes the kernel forget this; init dies with child.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
    }

    @Override
    public void readOnlyRoot(RootStep.ReadOnlyRoot step) {
        try (OpenFile root = new OpenFile(linux, linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            linux.setMountAttributes(root.descriptor(), MountAttr.setting(MountAttr.MOUNT_ATTR_RDONLY), false);
        }
    }
}
