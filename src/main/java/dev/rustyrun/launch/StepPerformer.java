package dev.rustyrun.launch;

import dev.rustyrun.linux.CapabilityWords;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
import dev.rustyrun.spec.Capability;
import java.util.Set;

/** Performs the steps of a plan on this process. */
final class StepPerformer implements Step.Performer {

    private static final int LAST_POSSIBLE_CAPABILITY = 63;

    private final Linux linux;
    private final StageChannel channel;
    private final boolean traced;
    private InsideRootfs inside;
    private long withheldCapabilities;

    StepPerformer(Linux linux, StageChannel channel, boolean traced) {
        this.linux = linux;
        this.channel = channel;
        this.traced = traced;
    }

    @Override
    public void unshare(Step.Unshare step) {
        linux.unshare(step.namespaces());
    }

    @Override
    public void setPropagation(Step.SetPropagation step) {
        linux.mount(null, step.target(), null, step.flags(), null);
    }

    @Override
    public void setHostname(Step.SetHostname step) {
        linux.setHostname(step.hostname());
    }

    @Override
    public void loopbackUp(Step.LoopbackUp step) {
        linux.bringInterfaceUp("lo");
    }

    @Override
    public void enterRootfs(Step.EnterRootfs step) {
        linux.mount(step.rootfs(), step.rootfs(), null, MountFlag.of(MountFlag.MS_BIND, MountFlag.MS_REC), null);
        int root = linux.open(step.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY);
        linux.changeDirectory(root);
        inside = new InsideRootfs(linux, root);
    }

    @Override
    public void mountFileSystem(Step.MountFileSystem step) {
        try (OpenFile target = step.refuseLinks() ? inside.directoryWithoutLinks(step.target())
                : inside.directory(step.target())) {
            linux.mount(step.source(), target.path(), step.type(), step.flags(),
                    step.data().isEmpty() ? null : step.data());
        }
    }

    @Override
    public void bindMount(Step.BindMount step) {
        boolean directory = linux.status(step.source()).isDirectory();
        try (OpenFile mount = new OpenFile(linux, linux.cloneMount(step.source(), step.recursive()));
                OpenFile target = directory ? inside.directory(step.target()) : inside.file(step.target())) {
            linux.setMountAttributes(mount.descriptor(), MountAttr.fromMountFlags(step.flags(),
                    step.propagation() & ~MountFlag.MS_REC.value()), step.recursive());
            linux.attachMount(mount.descriptor(), target.descriptor());
        }
    }

    @Override
    public void makeDevice(Step.MakeDevice step) {
        try (OpenFile parent = inside.directory(InsideRootfs.parentOf(step.path()))) {
            unlessThere(() -> linux.makeNode(parent.descriptor(), InsideRootfs.nameOf(step.path()),
                    FileFlag.S_IFCHR | 0666, FileFlag.device(step.major(), step.minor())));
        }
    }

    @Override
    public void makeLink(Step.MakeLink step) {
        try (OpenFile parent = inside.directory(InsideRootfs.parentOf(step.path()))) {
            unlessThere(() -> linux.makeSymbolicLink(step.target(), parent.descriptor(),
                    InsideRootfs.nameOf(step.path())));
        }
    }

    @Override
    public void openTerminal(Step.OpenTerminal step) {
        new ContainerTerminal(linux, inside, channel).open(step.owner());
    }

    @Override
    public void maskPath(Step.MaskPath step) {
        ifThere(step.path(), target -> {
            if (linux.status(target.descriptor()).isDirectory()) {
                linux.mount("tmpfs", target.path(), "tmpfs", MountFlag.MS_RDONLY.value(), "size=0k");
            } else {
                // The host's null device, not the container's, which the image could have exchanged.
                linux.mount("/dev/null", target.path(), null, MountFlag.MS_BIND.value(), null);
            }
        });
    }

    @Override
    public void readOnlyPath(Step.ReadOnlyPath step) {
        ifThere(step.path(), target -> {
            try (OpenFile mount = new OpenFile(linux, linux.cloneMount(target.path(), true))) {
                linux.setMountAttributes(mount.descriptor(), new MountAttr(MountAttr.MOUNT_ATTR_RDONLY, 0, 0), true);
                linux.attachMount(mount.descriptor(), target.descriptor());
            }
        });
    }

    @Override
    public void pivotRoot(Step.PivotRoot step) {
        if (new PivotRoot(linux).intoWorkingDirectory()) {
            return;
        }
        // Who may chroot can leave a chroot; man 2 chroot.
        withheldCapabilities |= Capability.bits(Set.of(Capability.CAP_SYS_CHROOT));
        if (traced) {
            channel.send(new Report.StepDone(Stage.INIT, "note: chroot instead, as this root cannot be pivoted from (an"
                    + " initramfs, or a chroot); CAP_SYS_CHROOT is withheld", 0));
        }
    }

    @Override
    public void changeDirectory(Step.ChangeDirectory step) {
        try (OpenFile directory = inside.directory(step.path())) {
            linux.changeDirectory(directory.descriptor());
        }
    }

    @Override
    public void readOnlyRoot(Step.ReadOnlyRoot step) {
        try (OpenFile root = new OpenFile(linux, linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            linux.setMountAttributes(root.descriptor(), new MountAttr(MountAttr.MOUNT_ATTR_RDONLY, 0, 0), false);
        }
    }

    @Override
    public void limitCapabilities(Step.LimitCapabilities step) {
        long keep = step.keep() & ~withheldCapabilities;
        for (int capability = 0; capability <= LAST_POSSIBLE_CAPABILITY; capability++) {
            if ((keep & 1L << capability) == 0 && !drop(capability)) {
                return;
            }
        }
    }

    /** Whether the kernel knows {@code capability}, which is then dropped. */
    private boolean drop(int capability) {
        try {
            linux.prctl(Prctl.PR_CAPBSET_DROP, capability);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void setUser(Step.SetUser step) {
        linux.setUmask(step.umask());
        linux.setGroups(step.groups().stream().mapToInt(Integer::intValue).toArray());
        linux.setGroup(step.gid());
        if (step.uid() != 0) {
            linux.prctl(Prctl.PR_SET_KEEPCAPS, 1);
        }
        linux.setUser(step.uid());
        // A change of ids makes the kernel forget this; man 2 PR_SET_PDEATHSIG.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
    }

    @Override
    public void setCapabilities(Step.SetCapabilities step) {
        linux.setCapabilities(new CapabilityWords(step.effective() & ~withheldCapabilities,
                step.permitted() & ~withheldCapabilities, step.inheritable()));
    }

    @Override
    public void noNewPrivileges(Step.NoNewPrivileges step) {
        linux.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1);
    }

    @Override
    public void exec(Step.Exec step) {
        Command command = new Command(linux, step.argv(), step.env());
        linux.closeOnExecFrom(StageChannel.DESCRIPTOR);
        if (step.reaper()) {
            new Reaper(linux).run(command);
        } else {
            linux.stopIgnoringSignals();
            LaunchSignals.unblock(linux);
            command.become();
        }
    }

    private interface WithFile {
        void use(OpenFile file);
    }

    private void ifThere(String path, WithFile action) {
        try (OpenFile file = inside.existing(path)) {
            action.use(file);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                throw e;
            }
        }
    }

    private static void unlessThere(Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }
}
