package dev.rustyrun.launch;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Received;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Performs the steps about namespaces. */
final class NamespacePerformer implements NamespaceStep.Performer {

    /** "This process", in a cgroup.procs file. */
    private static final byte[] MYSELF = {'0'};

    private final StageContext context;
    private final Linux linux;
    private final List<Runnable> refused = new ArrayList<>();

    NamespacePerformer(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    @Override
    public void unshare(NamespaceStep.Unshare step) {
        linux.unshare(step.namespaces());
    }

    @Override
    public void joinNamespace(NamespaceStep.JoinNamespace step) {
        nowOrLater(() -> join(step), step.orLater());
        if (step.namespace() == CloneFlag.CLONE_NEWUSER.value()) {
            joinRefused();
        }
    }

    private void joinRefused() {
        refused.forEach(Runnable::run);
        refused.clear();
    }

    @Override
    public void joinUserNamespace(NamespaceStep.JoinUserNamespace step) {
        try (OpenFile namespace = new OpenFile(linux, linux.openNamespace(step.path()))) {
            if (linux.isRoot()) {
                // Inside, that may be denied.
                linux.setGroups();
            }
            linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWUSER.value());
        }
        joinRefused();
        awaitIds("run does not let it be joined");
        becomeRoot();
    }

    /** Does it, or does it in the user namespace that is still to be joined when there is no right to do it here. */
    private void nowOrLater(Runnable deed, boolean orLater) {
        try {
            deed.run();
        } catch (LinuxException e) {
            if (!orLater || e.errno() != Errno.EPERM && e.errno() != Errno.EACCES) {
                throw e;
            }
            refused.add(deed);
        }
    }

    private void join(NamespaceStep.JoinNamespace step) {
        try (OpenFile namespace = new OpenFile(linux, linux.openNamespace(step.path()))) {
            if (!step.changed().isEmpty() && isOwn(namespace)) {
                throw new StepFailure(step.changed() + " would change the host: it needs a new namespace, or the path"
                        + " of one that is not the host's");
            }
            linux.setNamespace(namespace.descriptor(), step.namespace());
        }
    }

    /** Whether it is the namespace of its type that this process is in. */
    private boolean isOwn(OpenFile namespace) {
        FileStatus.Place place = linux.status(namespace.descriptor()).place();
        // On a JVM other threads may be elsewhere.
        return Stream.of(NamespaceType.values())
                .map(type -> linux.status("/proc/thread-self/ns/" + type.file()).place())
                .anyMatch(place::equals);
    }

    @Override
    public void openNamespace(NamespaceStep.OpenNamespace step) {
        nowOrLater(() -> open(step), step.orLater());
    }

    private void open(NamespaceStep.OpenNamespace step) {
        try (OpenFile namespace = new OpenFile(linux, linux.openNamespace(step.path()))) {
            if (!linux.isNamespace(namespace.descriptor(), step.namespace())) {
                throw new StepFailure("EINVAL: " + step.path() + " is no such namespace");
            }
            linux.duplicate(namespace.descriptor(), StageChannel.FIRST_HANDED_DOWN + step.handedDown());
        }
    }

    @Override
    public void joinOpened(NamespaceStep.JoinOpened step) {
        try (OpenFile namespace = new OpenFile(linux, StageChannel.FIRST_HANDED_DOWN + step.handedDown())) {
            linux.setNamespace(namespace.descriptor(), step.namespace());
        }
    }

    @Override
    public void mapIds(NamespaceStep.MapIds step) {
        // Whose process is not dumpable its own user may not map; nobody in a container sees this one.
        linux.prctl(Prctl.PR_SET_DUMPABLE, 1);
        awaitIds("run could not map them");
        if (step.clearGroups()) {
            linux.setGroups();
        }
        becomeRoot();
    }

    private void awaitIds(String otherwise) {
        context.channel().send(new Report.IdsNeeded());
        if (!context.channel().awaitGo()) {
            throw new StepFailure(otherwise);
        }
    }

    private void becomeRoot() {
        linux.setGroup(0);
        linux.setUser(0);
        // A change of ids makes the kernel forget this.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, LaunchSignals.PARENT_DIED.number());
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
    }

    @Override
    public void setTimeOffset(NamespaceStep.SetTimeOffset step) {
        // The namespace for children is the unsharing thread's, which on a JVM is not the one that /proc/self tells of.
        String thread = InsideRootfs.nameOf(linux.readLink(FileFlag.AT_FDCWD, "/proc/thread-self"));
        String offset = step.clock() + " " + step.seconds() + " " + step.nanoseconds();
        context.writeOwnFile("/proc/" + thread + "/timens_offsets", offset);
    }

    @Override
    public void setHostname(NamespaceStep.SetHostname step) {
        linux.setHostname(step.hostname());
    }

    @Override
    public void setDomainname(NamespaceStep.SetDomainname step) {
        linux.setDomainname(step.domainname());
    }

    @Override
    public void loopbackUp(NamespaceStep.LoopbackUp step) {
        linux.bringInterfaceUp("lo");
    }

    @Override
    public void setSysctl(NamespaceStep.SetSysctl step) {
        String path = "/proc/sys/" + step.path();
        try (OpenFile found = context.existing(path);
                OpenFile file = new OpenFile(linux, linux.open(found.path(), FileFlag.O_WRONLY))) {
            // What the image has put in the place of /proc would take the value and mean nothing (CVE-2025-52881).
            if (!linux.isProcFile(file.descriptor())) {
                throw new StepFailure(path + " is not the kernel's");
            }
            linux.writeAll(file.descriptor(), step.value().getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void registerCleanup(NamespaceStep.RegisterCleanup step) {
        context.setCleanup(Cleanup.of(linux, step.files(), step.directories()));
    }

    @Override
    public void openCgroup(NamespaceStep.OpenCgroup step) {
        int handedDown = StageChannel.FIRST_HANDED_DOWN;
        for (String file : step.procsFiles()) {
            try (OpenFile procs = new OpenFile(linux, linux.open(file, FileFlag.O_WRONLY))) {
                linux.duplicate(procs.descriptor(), handedDown++);
            }
        }
    }

    @Override
    public void awaitSuccessor(NamespaceStep.AwaitSuccessor step) {
        int[] pair = linux.messagePair();
        linux.duplicate(pair[1], StageChannel.FIRST_HANDED_DOWN + step.handedDown());
        linux.close(pair[1]);
        context.setSuccession(pair[0]);
    }

    private void tellChild(int succession, int successor) {
        try {
            linux.send(succession, StageChannel.encode(successor), -1);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
            // It has ended, and the successor does too.
        }
    }

    @Override
    public void appear(NamespaceStep.Appear step) {
        int succession = StageChannel.FIRST_HANDED_DOWN + step.handedDown();
        // What is to be told is told even if child is ended as soon as the copy has been let go.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, 0);
        int successor = linux.forkSibling();
        if (successor != 0) {
            context.channel().send(new Report.Appeared(successor));
            tellChild(succession, successor);
            linux.exit(0);
        }
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        PollSet set = new PollSet(1);
        set.add(succession, 0);
        if (linux.poll(set, 0) && set.found(succession, PollSet.POLLHUP | PollSet.POLLERR)) {
            // Child ended before it was asked to take this process along.
            linux.exit(StepFailure.RUSTYRUN_FAILED);
        }
        linux.close(succession);
        linux.startSession();
        if (step.terminal()) {
            linux.setControllingTerminal(0);
        }
    }

    @Override
    public void seeCgroup(NamespaceStep.SeeCgroup step) {
        int[] pair = linux.socketPair();
        int maker = linux.fork();
        if (maker == 0) {
            makeCgroupNamespace(step, pair[1]);
        }
        linux.close(pair[1]);
        Received made;
        try {
            made = linux.receive(pair[0], new byte[1], 1);
        } finally {
            linux.close(pair[0]);
            linux.await(maker);
        }
        if (made.count() == 0) {
            throw new StepFailure("the process that makes it ended");
        }
        try (OpenFile namespace = new OpenFile(linux, made.descriptor())) {
            linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWCGROUP.value());
        }
    }

    /** In a copy of this process, which does nothing else. */
    private void makeCgroupNamespace(NamespaceStep.SeeCgroup step, int channel) {
        try {
            enterCgroup(new NamespaceStep.EnterCgroup(step.count()));
            linux.unshare(CloneFlag.CLONE_NEWCGROUP.value());
            linux.send(channel, StageChannel.GO, linux.open("/proc/self/ns/cgroup", FileFlag.O_RDONLY));
        } finally {
            linux.exit(0);
        }
    }

    @Override
    public void enterCgroup(NamespaceStep.EnterCgroup step) {
        for (int i = 0; i < step.count(); i++) {
            try (OpenFile procs = new OpenFile(linux, StageChannel.FIRST_HANDED_DOWN + i)) {
                linux.writeAll(procs.descriptor(), MYSELF);
            } catch (LinuxException e) {
                if (e.errno() == Errno.ENODEV) {
                    throw new StepFailure("the cgroup is gone: was it removed meanwhile?");
                }
                throw e;
            }
        }
        // Our starter may run on some processors only, as by taskset(1); the container runs on those of its cgroup.
        linux.resetAffinity();
    }
}
