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
    COPY_LINK,
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

    /** Why such a step exists, in a sentence or two, for readers who want to learn how a container is made. */
    public String why() {
        return switch (this) {
            case UNSHARE ->
                "New namespaces: what the container sees and changes there is its own, not the host's (man 7 namespaces).";
            case JOIN_NAMESPACE, OPEN_NAMESPACE, JOIN_OPENED ->
                "This namespace already exists; the container shares it with other processes, like the containers of a pod.";
            case JOIN_MOUNTS ->
                "The container's mounts are made in this existing namespace, so all processes in it see them.";
            case JOIN_USER_NAMESPACE ->
                "Root in this user namespace is an ordinary user outside; the container shares it with others.";
            case MAP_IDS ->
                "A new user namespace has no ids until they are mapped: root inside is an ordinary user outside.";
            case SET_TIME_OFFSET -> "Clocks that count from boot get an offset, for this container only.";
            case SET_HOSTNAME, SET_DOMAINNAME ->
                "The container gets its own name; in its UTS namespace this does not rename the host.";
            case LOOPBACK_UP -> "A new network namespace has one device, the loopback, and it is down.";
            case START_NETWORK ->
                "A program on the host connects the container's network; it starts while the container is set up.";
            case AWAIT_NETWORK -> "The command must find its network ready.";
            case OFFER_PROXY ->
                "The only network access: a proxy on the host, which listens on this socket and connects to allowed hosts only.";
            case SET_SYSCTL -> "A kernel parameter that the kernel keeps per namespace.";
            case REGISTER_CLEANUP -> "If run is killed, child removes what run has created.";
            case OPEN_CGROUP, ENTER_CGROUP ->
                "The cgroup counts and limits memory, processors and processes of everything that is started from here on.";
            case SEE_CGROUP -> "A cgroup namespace: the container sees its own cgroup as the root of the tree.";
            case AWAIT_SUCCESSOR, APPEAR ->
                "Only a child enters another PID namespace; it appears there after all privileges have been dropped.";
            case SET_PROPAGATION ->
                "Otherwise every mount of the container would appear on the host too (man 7 mount_namespaces).";
            case PROTECT_PROGRAM ->
                "The container could write to Rustyrun's own program through /proc/PID/exe (CVE-2019-5736): it is read-only here.";
            case RECEIVE_LAYER, RECEIVE_MOUNT ->
                "Only the host's root may make this mount, so it is made there and sent as an open file.";
            case ENTER_ROOTFS, ENTER_DIRECTORY, ENTER_OVERLAY, ENTER_LAYERS ->
                "The directory that becomes /. From here on every path is looked up below it, whatever links say.";
            case MOUNT_FILE_SYSTEM ->
                "A separate file system for the container: /proc shows only its processes, /dev only its devices.";
            case BIND_MOUNT -> "A directory or file of the host that the container can access.";
            case FILL_VOLUME -> "A new volume starts with a copy of the image's files at this path.";
            case COPY_LINK -> "A symbolic link of the host leads to the container's own file of that name.";
            case SHARE_DEVICE, MAKE_DEVICE ->
                "Programs expect these devices; all others, such as disks, do not exist in the container.";
            case MAKE_FIFO, MAKE_LINK -> "Programs expect this name in /dev.";
            case SEAL_MOUNT -> "All mounts in it are complete, so it becomes read-only.";
            case MASK_PATH -> "This part of /proc or /sys reveals information about the host: it is covered.";
            case READ_ONLY_PATH -> "This part of /proc or /sys can change the host: it becomes read-only.";
            case PIVOT_ROOT ->
                "The rootfs becomes /, and the host's file system is detached. With chroot(2) root could climb out again.";
            case CHANGE_ROOT, OPEN_ROOT, JOIN_ROOT ->
                "Other processes in this mount namespace keep its root, so only the container's processes get a new one.";
            case ENTER_CONTAINER -> "The container's root and working directory, as its first process has them.";
            case READ_ONLY_ROOT -> "Nothing in the root file system can be changed.";
            case RAISE_RLIMIT, SET_RLIMIT -> "A limit per process or user, as ulimit sets it.";
            case SET_OOM_SCORE -> "Influences which process the kernel kills first when memory runs out.";
            case LIMIT_CAPABILITIES ->
                "No program, not even a set-user-id one, can ever get a capability that is dropped here.";
            case SET_USER -> "The command's user and groups, not the caller's.";
            case GIVE_FILES -> "The command's user must be able to open /dev/stdout and similar files.";
            case SET_CAPABILITIES -> "Only these of root's privileges are left.";
            case NO_NEW_PRIVILEGES -> "From here on, set-user-id programs grant no privileges.";
            case INSTALL_SECCOMP ->
                "From here on, the kernel rejects system calls that programs do not need but attackers use.";
            case OPEN_LABEL, SET_LABEL -> "The security module confines the command by this profile.";
            case SET_AFFINITY -> "The processors on which the command runs.";
            case SET_PERSONALITY, SET_MEMORY_POLICY, SET_IO_PRIORITY, SET_SCHEDULER ->
                "How the kernel treats the command, as requested in config.json.";
            case AWAIT_NET_DEVICES -> "A network device of the host is moved to the container.";
            case AWAIT_HOST_HOOKS, AWAIT_STATE, RUN_HOOK ->
                "Programs that run at this point of the container's life (runtime-spec, Hooks).";
            case RECEIVE_DESCRIPTORS -> "The command inherits these open files of the caller.";
            case FIND_PROGRAM -> "A missing program is reported now, not when the container starts.";
            case DETACH -> "The container keeps running after the processes that created it have ended.";
            case AWAIT_START -> "create ends here; start lets the command run.";
            case OPEN_TERMINAL -> "A separate terminal: processes inside cannot type into the caller's terminal.";
            case CHANGE_DIRECTORY -> "The command's working directory; it is looked up in the container.";
            case FIND_HOME -> "HOME, from the container's /etc/passwd.";
            case HAND_OVER -> "Restores signals and open files for the command; no file of Rustyrun stays open.";
            case EXEC, EXEC_APPEARING ->
                "This process becomes the command: nothing of Rustyrun is left in the container.";
        };
    }

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
            case COPY_LINK -> MountStep.CopyLink.read(in);
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
