package dev.rustyrun.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The binary form in which a stage's steps travel to it: a count, then for each step its kind and its components in
 * order. Both ends are the same executable, so there is no version.
 */
public final class PlanCodec {

    private static final StepKind[] KINDS = StepKind.values();

    private PlanCodec() {}

    /** The binary form of {@code steps}. */
    public static byte[] encode(List<Step> steps) {
        PlanWriter out = new PlanWriter().put32(steps.size());
        for (Step step : steps) {
            step.writeTo(out.put8(step.kind().ordinal()));
        }
        return out.toBytes();
    }

    /**
     * The steps in {@code bytes}.
     *
     * @throws IllegalArgumentException when {@code bytes} is not the whole binary form of a list of steps
     */
    public static List<Step> decode(byte[] bytes) {
        PlanReader in = new PlanReader(bytes);
        int count = in.takeCount(1);
        List<Step> steps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            steps.add(decodeStep(in));
        }
        in.expectEnd();
        return steps;
    }

    private static Step decodeStep(PlanReader in) {
        int kind = in.take8();
        if (kind >= KINDS.length) {
            throw in.broken("kind " + kind);
        }
        return switch (KINDS[kind]) {
            case UNSHARE -> NamespaceStep.Unshare.read(in);
            case JOIN_NAMESPACE -> NamespaceStep.JoinNamespace.read(in);
            case JOIN_USER_NAMESPACE -> NamespaceStep.JoinUserNamespace.read(in);
            case OPEN_NAMESPACE -> NamespaceStep.OpenNamespace.read(in);
            case JOIN_OPENED -> NamespaceStep.JoinOpened.read(in);
            case MAP_IDS -> NamespaceStep.MapIds.read(in);
            case SET_TIME_OFFSET -> NamespaceStep.SetTimeOffset.read(in);
            case SET_HOSTNAME -> NamespaceStep.SetHostname.read(in);
            case SET_DOMAINNAME -> NamespaceStep.SetDomainname.read(in);
            case LOOPBACK_UP -> new NamespaceStep.LoopbackUp();
            case SET_SYSCTL -> NamespaceStep.SetSysctl.read(in);
            case REGISTER_CLEANUP -> NamespaceStep.RegisterCleanup.read(in);
            case OPEN_CGROUP -> NamespaceStep.OpenCgroup.read(in);
            case ENTER_CGROUP -> NamespaceStep.EnterCgroup.read(in);
            case SEE_CGROUP -> NamespaceStep.SeeCgroup.read(in);
            case AWAIT_SUCCESSOR -> NamespaceStep.AwaitSuccessor.read(in);
            case APPEAR -> NamespaceStep.Appear.read(in);
            case SET_PROPAGATION -> RootStep.SetPropagation.read(in);
            case PROTECT_PROGRAM -> RootStep.ProtectProgram.read(in);
            case RECEIVE_LAYER -> RootStep.ReceiveLayer.read(in);
            case ENTER_ROOTFS -> RootStep.EnterRootfs.read(in);
            case ENTER_OVERLAY -> RootStep.EnterOverlay.read(in);
            case MOUNT_FILE_SYSTEM -> MountStep.MountFileSystem.read(in);
            case BIND_MOUNT -> MountStep.BindMount.read(in);
            case RECEIVE_MOUNT -> MountStep.ReceiveMount.read(in);
            case SHARE_DEVICE -> MountStep.ShareDevice.read(in);
            case MAKE_DEVICE -> MountStep.MakeDevice.read(in);
            case MAKE_FIFO -> MountStep.MakeFifo.read(in);
            case MAKE_LINK -> MountStep.MakeLink.read(in);
            case SEAL_MOUNT -> MountStep.SealMount.read(in);
            case MASK_PATH -> MountStep.MaskPath.read(in);
            case READ_ONLY_PATH -> MountStep.ReadOnlyPath.read(in);
            case PIVOT_ROOT -> RootStep.PivotRoot.read(in);
            case ENTER_CONTAINER -> new RootStep.EnterContainer();
            case READ_ONLY_ROOT -> new RootStep.ReadOnlyRoot();
            case RAISE_RLIMIT -> PrivilegeStep.RaiseRlimit.read(in);
            case SET_RLIMIT -> PrivilegeStep.SetRlimit.read(in);
            case SET_OOM_SCORE -> PrivilegeStep.SetOomScore.read(in);
            case LIMIT_CAPABILITIES -> PrivilegeStep.LimitCapabilities.read(in);
            case SET_USER -> PrivilegeStep.SetUser.read(in);
            case GIVE_FILES -> PrivilegeStep.GiveFiles.read(in);
            case SET_CAPABILITIES -> PrivilegeStep.SetCapabilities.read(in);
            case NO_NEW_PRIVILEGES -> new PrivilegeStep.NoNewPrivileges();
            case INSTALL_SECCOMP -> PrivilegeStep.InstallSeccomp.read(in);
            case OPEN_LABEL -> TaskStep.OpenLabel.read(in);
            case SET_LABEL -> TaskStep.SetLabel.read(in);
            case SET_AFFINITY -> TaskStep.SetAffinity.read(in);
            case SET_PERSONALITY -> TaskStep.SetPersonality.read(in);
            case SET_MEMORY_POLICY -> TaskStep.SetMemoryPolicy.read(in);
            case SET_IO_PRIORITY -> TaskStep.SetIoPriority.read(in);
            case SET_SCHEDULER -> TaskStep.SetScheduler.read(in);
            case AWAIT_NET_DEVICES -> new LifecycleStep.AwaitNetDevices();
            case AWAIT_STATE -> new LifecycleStep.AwaitState();
            case AWAIT_HOST_HOOKS -> new LifecycleStep.AwaitHostHooks();
            case RUN_HOOK -> LifecycleStep.RunHook.read(in);
            case RECEIVE_DESCRIPTORS -> LifecycleStep.ReceiveDescriptors.read(in);
            case FIND_PROGRAM -> LifecycleStep.FindProgram.read(in);
            case DETACH -> new LifecycleStep.Detach();
            case AWAIT_START -> new LifecycleStep.AwaitStart();
            case OPEN_TERMINAL -> CommandStep.OpenTerminal.read(in);
            case CHANGE_DIRECTORY -> CommandStep.ChangeDirectory.read(in);
            case FIND_HOME -> CommandStep.FindHome.read(in);
            case HAND_OVER -> CommandStep.HandOver.read(in);
            case EXEC -> CommandStep.Exec.read(in);
            case EXEC_APPEARING -> CommandStep.ExecAppearing.read(in);
        };
    }
}
