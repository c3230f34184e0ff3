package dev.rustyrun.step;

/** The kinds of steps, and how they are read; the ordinal is the number in the plan's binary form. */
public enum StepKind {
    UNSHARE,
    JOIN_NAMESPACE,
    JOIN_USER_NAMESPACE,
    OPEN_NAMESPACE,
    JOIN_OPENED,
    JOIN_MOUNTS,
    MAP_IDS,
    SET_TIME_OFFSET,
    SET_HOSTNAME,
    SET_DOMAINNAME,
    LOOPBACK_UP,
    START_NETWORK,
    AWAIT_NETWORK,
    OFFER_PROXY,
    SET_SYSCTL,
    REGISTER_CLEANUP,
    OPEN_CGROUP,
    ENTER_CGROUP,
    SEE_CGROUP,
    AWAIT_SUCCESSOR,
    APPEAR,

    SET_PROPAGATION,
    PROTECT_PROGRAM,
    RECEIVE_LAYER,
    ENTER_ROOTFS,
    ENTER_DIRECTORY,
    ENTER_OVERLAY,
    ENTER_LAYERS,
    MOUNT_FILE_SYSTEM,
    BIND_MOUNT,
    RECEIVE_MOUNT,
    FILL_VOLUME,
    SHARE_DEVICE,
    MAKE_DEVICE,
    MAKE_FIFO,
    MAKE_LINK,
    SEAL_MOUNT,
    MASK_PATH,
    READ_ONLY_PATH,
    PIVOT_ROOT,
    CHANGE_ROOT,
    OPEN_ROOT,
    JOIN_ROOT,
    ENTER_CONTAINER,
    READ_ONLY_ROOT,

    RAISE_RLIMIT,
    SET_RLIMIT,
    SET_OOM_SCORE,
    LIMIT_CAPABILITIES,
    SET_USER,
    GIVE_FILES,
    SET_CAPABILITIES,
    NO_NEW_PRIVILEGES,
    INSTALL_SECCOMP,

    OPEN_LABEL,
    SET_LABEL,
    SET_AFFINITY,
    SET_PERSONALITY,
    SET_MEMORY_POLICY,
    SET_IO_PRIORITY,
    SET_SCHEDULER,

    AWAIT_NET_DEVICES,
    AWAIT_HOST_HOOKS,
    AWAIT_STATE,
    RUN_HOOK,
    RECEIVE_DESCRIPTORS,
    FIND_PROGRAM,
    DETACH,
    AWAIT_START,

    OPEN_TERMINAL,
    CHANGE_DIRECTORY,
    FIND_HOME,
    HAND_OVER,
    EXEC,
    EXEC_APPEARING;

    private static final StepKind[] ALL = values();

    /** Reads a step of the kind {@code number}. */
    static Step read(int number, PlanReader in) {
        if (number >= ALL.length) {
            throw in.broken("kind " + number);
        }
        // A table of functions would be slower: on a JVM, linking them would take most of the short life of a stage.
        return switch (ALL[number]) {
            case UNSHARE -> NamespaceStep.Unshare.read(in);
            case JOIN_NAMESPACE -> NamespaceStep.JoinNamespace.read(in);
            case JOIN_USER_NAMESPACE -> UserNamespaceStep.JoinUserNamespace.read(in);
            case OPEN_NAMESPACE -> NamespaceStep.OpenNamespace.read(in);
            case JOIN_OPENED -> NamespaceStep.JoinOpened.read(in);
            case JOIN_MOUNTS -> MountNamespaceStep.JoinMounts.read(in);
            case MAP_IDS -> UserNamespaceStep.MapIds.read(in);
            case SET_TIME_OFFSET -> SettingStep.SetTimeOffset.read(in);
            case SET_HOSTNAME -> SettingStep.SetHostname.read(in);
            case SET_DOMAINNAME -> SettingStep.SetDomainname.read(in);
            case LOOPBACK_UP -> new SettingStep.LoopbackUp();
            case START_NETWORK -> NetworkStep.StartNetwork.read(in);
            case AWAIT_NETWORK -> NetworkStep.AwaitNetwork.read(in);
            case OFFER_PROXY -> NetworkStep.OfferProxy.read(in);
            case SET_SYSCTL -> SettingStep.SetSysctl.read(in);
            case REGISTER_CLEANUP -> LifecycleStep.RegisterCleanup.read(in);
            case OPEN_CGROUP -> CgroupStep.OpenCgroup.read(in);
            case ENTER_CGROUP -> CgroupStep.EnterCgroup.read(in);
            case SEE_CGROUP -> CgroupStep.SeeCgroup.read(in);
            case AWAIT_SUCCESSOR -> SuccessionStep.AwaitSuccessor.read(in);
            case APPEAR -> SuccessionStep.Appear.read(in);
            case SET_PROPAGATION -> RootStep.SetPropagation.read(in);
            case PROTECT_PROGRAM -> RootStep.ProtectProgram.read(in);
            case RECEIVE_LAYER -> RootStep.ReceiveLayer.read(in);
            case ENTER_ROOTFS -> RootStep.EnterRootfs.read(in);
            case ENTER_DIRECTORY -> MountNamespaceStep.EnterDirectory.read(in);
            case ENTER_OVERLAY -> RootStep.EnterOverlay.read(in);
            case ENTER_LAYERS -> RootStep.EnterLayers.read(in);
            case MOUNT_FILE_SYSTEM -> FileSystemStep.MountFileSystem.read(in);
            case BIND_MOUNT -> MountStep.BindMount.read(in);
            case RECEIVE_MOUNT -> MountStep.ReceiveMount.read(in);
            case FILL_VOLUME -> MountStep.FillVolume.read(in);
            case SHARE_DEVICE -> NodeStep.ShareDevice.read(in);
            case MAKE_DEVICE -> NodeStep.MakeDevice.read(in);
            case MAKE_FIFO -> NodeStep.MakeFifo.read(in);
            case MAKE_LINK -> NodeStep.MakeLink.read(in);
            case SEAL_MOUNT -> CoverStep.SealMount.read(in);
            case MASK_PATH -> CoverStep.MaskPath.read(in);
            case READ_ONLY_PATH -> CoverStep.ReadOnlyPath.read(in);
            case PIVOT_ROOT -> PivotStep.PivotRoot.read(in);
            case CHANGE_ROOT -> new MountNamespaceStep.ChangeRoot();
            case OPEN_ROOT -> MountNamespaceStep.OpenRoot.read(in);
            case JOIN_ROOT -> MountNamespaceStep.JoinRoot.read(in);
            case ENTER_CONTAINER -> new PivotStep.EnterContainer();
            case READ_ONLY_ROOT -> new PivotStep.ReadOnlyRoot();
            case RAISE_RLIMIT -> LimitStep.RaiseRlimit.read(in);
            case SET_RLIMIT -> LimitStep.SetRlimit.read(in);
            case SET_OOM_SCORE -> LimitStep.SetOomScore.read(in);
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
            case AWAIT_NET_DEVICES -> LifecycleStep.AwaitNetDevices.read(in);
            case AWAIT_HOST_HOOKS -> LifecycleStep.AwaitHostHooks.read(in);
            case AWAIT_STATE -> LifecycleStep.AwaitState.read(in);
            case RUN_HOOK -> LifecycleStep.RunHook.read(in);
            case RECEIVE_DESCRIPTORS -> LifecycleStep.ReceiveDescriptors.read(in);
            case FIND_PROGRAM -> LifecycleStep.FindProgram.read(in);
            case DETACH -> LifecycleStep.Detach.read(in);
            case AWAIT_START -> LifecycleStep.AwaitStart.read(in);
            case OPEN_TERMINAL -> CommandStep.OpenTerminal.read(in);
            case CHANGE_DIRECTORY -> CommandStep.ChangeDirectory.read(in);
            case FIND_HOME -> CommandStep.FindHome.read(in);
            case HAND_OVER -> CommandStep.HandOver.read(in);
            case EXEC -> ExecStep.Exec.read(in);
            case EXEC_APPEARING -> ExecStep.ExecAppearing.read(in);
        };
    }
}
