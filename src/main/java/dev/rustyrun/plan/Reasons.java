package dev.rustyrun.plan;

import dev.rustyrun.step.Step;

/** Explains each kind of step in a sentence or two, for readers who want to learn how a container is made. */
final class Reasons {

    /** The reason for a step of {@code run} that a stage asks for. */
    static final String OF_HOST = "Only a process on the host can do this, so run does it while the stage waits.";

    private Reasons() {}

    static String of(Step step) {
        return switch (step.kind()) {
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
}
